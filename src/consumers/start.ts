import { Counter, type Registry } from "prom-client"
import type { MessageBroker } from "../commands/ports/message-broker.ts"
import type { Webhook } from "../commands/ports/webhook.ts"
import type { PositionWatch } from "../projections/position-watch.ts"
import type { Elect, Workers } from "../reactors/elected.ts"
import { together } from "../reactors/start.ts"
import { startWork } from "../reactors/work-loop.ts"
import { inbox, inboxAndWebhook } from "./channels.ts"
import { type KafkaConsumersDeps, startKafkaConsumers } from "./kafka-consumers.ts"
import { NOTIFY_USERS, type NotifyUsersDeps, startNotifyUsers } from "./notify-users.ts"
import { deliverNotifications, WEBHOOK } from "./webhook.ts"

export interface ConsumersDeps
  extends Pick<NotifyUsersDeps, "db" | "store" | "clock">,
    Pick<KafkaConsumersDeps, "onFailure"> {
  /** Null when users are notified straight from the log. */
  readonly broker: MessageBroker | null
  /** Null when nobody outside is told. */
  readonly webhook: Webhook | null
  readonly notifications: PositionWatch
  readonly metrics: Registry
  readonly elect: Elect
}

/** Tells users, over Kafka where there is one, and sends what they are told to the webhook where there is one. */
export function startConsumers(deps: ConsumersDeps): Workers {
  const { broker, webhook, elect, onFailure, notifications } = deps
  const following = { ...deps, tell: webhook ? inboxAndWebhook : inbox, onPassed: notifications.passed }
  const consumers = broker
    ? startKafkaConsumers({ ...following, broker })
    : startNotifyUsers({ ...following, onFailure: (cause) => onFailure(NOTIFY_USERS, cause) })
  if (!webhook) return consumers
  const onAttempt = countAttempts(deps.metrics)
  const deliver = deliverNotifications({ ...deps, webhook, random: Math.random, onAttempt })
  return together([consumers, elect(WEBHOOK, () => startWork(deps, WEBHOOK, deliver))])
}

/** A receiver that is away is not told of in the log each time: the counter and the age of what waits say it. */
function countAttempts(registry: Registry): (failure: Error | null) => void {
  const attempts = new Counter({
    name: "notification_webhook_attempts_total",
    help: "Attempts to deliver a notification to the webhook, by what came of them",
    labelNames: ["outcome"],
    registers: [registry],
  })
  for (const outcome of ["delivered", "failed"]) attempts.inc({ outcome }, 0)
  return (failure) => attempts.inc({ outcome: failure ? "failed" : "delivered" })
}

import http, { type IncomingHttpHeaders } from "node:http"

export interface Sent {
  readonly method: string
  /** As it goes over the wire, with its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Absent: no body at all. */
  readonly body?: Buffer | undefined
  /** In chunks, without a length. */
  readonly chunked: boolean
}

export interface Answered {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** Sends what no careful client would, over kept connections. */
export function senderTo(url: string): (sent: Sent) => Promise<Answered> {
  const agent = new http.Agent({ keepAlive: true })
  const { hostname, port } = new URL(url)
  return ({ method, path, headers, body, chunked }) =>
    new Promise((resolve, reject) => {
      const length = body && !chunked ? { "content-length": String(body.length) } : {}
      const options = {
        agent,
        hostname,
        port,
        method,
        path,
        headers: { ...headers, ...length },
        timeout: 10_000,
      }
      const request = http.request(options, (response) => {
        const chunks: Buffer[] = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("error", reject)
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        )
      })
      request.on("timeout", () => request.destroy(new Error("no answer in 10 s")))
      request.on("error", reject)
      if (body && chunked) request.write(body)
      request.end(chunked ? undefined : body)
    })
}

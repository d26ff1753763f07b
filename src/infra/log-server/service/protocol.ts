// The service definitions ship inside the client's package. They must be its copies: the messages register themselves
// in a process-wide table, so that a second copy of the same definitions would break both.
import gossip from "@eventstore/db-client/generated/gossip_pb.js"
import features from "@eventstore/db-client/generated/serverfeatures_pb.js"
import shared from "@eventstore/db-client/generated/shared_pb.js"
import status from "@eventstore/db-client/generated/status_pb.js"
import streams from "@eventstore/db-client/generated/streams_pb.js"

export { GossipService } from "@eventstore/db-client/generated/gossip_grpc_pb.js"
export { ServerFeaturesService } from "@eventstore/db-client/generated/serverfeatures_grpc_pb.js"
export { StreamsService } from "@eventstore/db-client/generated/streams_grpc_pb.js"
export { features, gossip, shared, status, streams }

/** Dependencies point one way: main -> infra, http, commands, projections -> domain -> zod. */
const never = (name, comment, from, to) => ({ name, comment, severity: "error", from, to })
const src = (...folders) => `^src/(${folders.join("|")})/`

export default {
  forbidden: [
    never("no-cycle", "A cycle has no first file to read.", {}, { circular: true }),
    never(
      "domain-is-pure",
      "The domain knows itself and zod.",
      { path: src("domain") },
      {
        pathNot: ["^src/domain(/|\\.ts$)", "node_modules/zod/"],
      },
    ),
    never(
      "commands-use-ports",
      "Adapters are handed in, never imported.",
      { path: src("commands") },
      {
        path: src("infra", "projections"),
      },
    ),
    never(
      "only-routes-know-http",
      "A command does not know who asked it.",
      {
        path: src("commands"),
        pathNot: "^src/commands/routes/",
      },
      { path: src("http") },
    ),
    never(
      "projections-read-nothing-else",
      "A read model comes from the log alone.",
      { path: src("projections") },
      {
        path: src("infra"),
      },
    ),
    never(
      "infra-implements",
      "An adapter knows the domain and its port.",
      { path: src("infra") },
      {
        path: ["^src/commands/(?!ports/)", src("projections")],
      },
    ),
    never(
      "edge-knows-ports",
      "The edge is built before anything is wired.",
      { path: src("http") },
      {
        path: ["^src/commands/(?!ports/)", src("projections", "infra")],
      },
    ),
    never("nothing-imports-main", "main.ts is run, not used.", {}, { path: "^src/main\\.ts$" }),
    never(
      "only-one-file-knows-the-log-client",
      "The client is abandoned: a successor is a one-file change.",
      {
        path: "^src/",
        pathNot: "^src/infra/(event-store|log-server)",
      },
      { path: "@eventstore/db-client" },
    ),
    never(
      "only-one-adapter-knows-kafkajs",
      "The client is abandoned: a successor is a change of one adapter.",
      { path: "^src/", pathNot: "^src/infra/kafka" },
      { path: "node_modules/kafkajs/" },
    ),
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
}

import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { catalogue } from "./relay/catalogue.ts"

// Writes the catalogue of messages from their schemas.

writeFileSync(fileURLToPath(new URL("../docs/messages.md", import.meta.url)), catalogue())

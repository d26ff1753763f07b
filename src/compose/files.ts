/** The embedded profile's read models, inside its data folder. */
export const READ_MODELS_FILE = "read-models.sqlite"

import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: "./schema.ts",
  out: "./migrations",
  // For `drizzle-kit migrate` and `studio`; generate needs no database.
  dbCredentials: { url: process.env.ZEITWORK_DATABASE_URL ?? "" },
});

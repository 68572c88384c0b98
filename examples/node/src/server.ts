import { serve } from "@hono/node-server";
import { Hono } from "hono";

const app = new Hono();

app.get("/", (c) => c.html("<h1>Hello from Node</h1>"));
app.get("/api/health", (c) => c.json({ status: "ok" }));
app.get("/api/hello", (c) =>
  c.json({
    message: "Hello from Node",
    node: process.version,
    port: process.env.PORT,
    user: process.getuid?.(),
  }),
);

const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) });

process.on("SIGTERM", () => server.close(() => process.exit(0)));

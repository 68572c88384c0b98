export default defineEventHandler(() => ({
  message: "Hello from Nuxt",
  node: process.version,
  port: process.env.PORT,
  user: process.getuid?.(),
}));

import { connection } from "next/server";

export async function GET() {
  await connection();

  return Response.json({
    message: "Hello from Next.js",
    node: process.version,
    port: process.env.PORT,
    user: process.getuid?.(),
  });
}

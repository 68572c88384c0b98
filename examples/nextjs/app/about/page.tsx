export default function About() {
  return (
    <main>
      <h1>About this example</h1>
      <p>The public greeting is {process.env.NEXT_PUBLIC_GREETING ?? "not set"}.</p>
    </main>
  );
}

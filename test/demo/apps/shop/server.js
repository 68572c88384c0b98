const http = require('node:http');

const { pbkdf2Sync } = require('node:crypto');

// An app of this kind keeps what is asked for often in memory.
const cache = Buffer.alloc(40 * 2 ** 20, 'teapot');

// What is asked for that fails, and how.
const failing = { '/checkout/legacy': 500, '/products/retired': 404 };

function log(level, msg, fields) {
  console.log(JSON.stringify({ level, msg, ...fields }));
}

const server = http.createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://shop');
  if (pathname === '/health') return response.end('ok\n');

  const began = performance.now();
  // Prices are reckoned, which takes some of the processor.
  pbkdf2Sync(pathname, cache.subarray(0, 16), 50_000, 32, 'sha256');
  // A database would take as long.
  setTimeout(() => {
    const status = failing[pathname] ?? 200;
    const fields = { method: request.method, path: pathname, status, ms: Math.round(performance.now() - began) };

    if (status === 500) log('error', 'the payment was declined', { ...fields, provider: 'stripe', order: { total: 4200, currency: 'EUR' } });
    else if (status === 404) log('warn', 'nobody sells that any more', fields);
    else log('info', `served ${pathname}`, fields);

    response.statusCode = status;
    response.end('the shop is open\n');
  }, 5 + Math.random() * 40);
});

server.listen(process.env.PORT, () => log('info', 'the shop is open', { port: Number(process.env.PORT) }));
process.on('SIGTERM', () => server.close());

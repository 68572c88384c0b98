import tailwindcss from '@tailwindcss/vite';
import { tanstackRouter } from '@tanstack/router-plugin/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { compressed } from './build/compressed.ts';

// The platform whose /v1 the development server passes requests on to.
const platform = process.env.ZEITWORK_API_URL ?? 'http://127.0.0.1:8000';
const served = ['/v1', '/sign-in', '/sign-out', '/account', '/device', '/github', '/river', '/docs'];

export default defineConfig({
  plugins: [
    tanstackRouter({ target: 'react', autoCodeSplitting: true, quoteStyle: 'single', semicolons: true }),
    react(),
    tailwindcss(),
    compressed(),
  ],
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  build: {
    outDir: 'dist',
    // Small images and fonts become files, too: the page's policy takes none out of the style sheet.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(
      // The platform takes requests of its own origin alone; the browser's origin here is the development server's.
      served.map((path) => [
        path,
        { target: platform, changeOrigin: true, headers: { origin: platform, 'sec-fetch-site': 'same-origin' } },
      ]),
    ),
  },
  test: { environment: 'happy-dom', pool: 'vmThreads', include: ['src/**/*.test.{ts,tsx}'], setupFiles: ['test/setup.ts'] },
});

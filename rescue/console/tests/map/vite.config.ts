// The map alone on a page, built for tests in a browser; nothing of it is shipped.

import { defineConfig } from "vite";
import { LEAN } from "../../vite.config";

export default defineConfig({
  root: import.meta.dirname,
  resolve: { alias: LEAN },
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: `${import.meta.dirname}/page.html` },
  },
});

// Three pages from one source tree, into static/, which the service serves: hashed names under static/assets for ever,
// the pages themselves never kept. What is in public/ keeps its name.

import { defineConfig } from "vite";

export default defineConfig({
  base: "/static/",
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    outDir: "static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the policy of the pages allows no inline anything
    modulePreload: { polyfill: false },
    rollupOptions: { input: ["index.html", "wall.html", "crew.html"] },
  },
  server: { proxy: { "/api": { target: "http://127.0.0.1:8080", ws: true } } },
});

// Three pages from one source tree, into static/, which the service serves: hashed names under static/assets for ever,
// the pages themselves never kept. What is in public/ keeps its name.

import { defineConfig } from "vite";

/** Its sources: of its bundle nothing can be left out, not even the styles that we have no use for. */
export const LEAN = {
  "protomaps-leaflet": `${import.meta.dirname}/node_modules/protomaps-leaflet/src/index.ts`,
};

export default defineConfig({
  base: "/static/",
  resolve: { alias: LEAN },
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    outDir: "static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the policy of the pages allows no inline anything
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: ["index.html", "wall.html", "crew.html"],
      treeshake: { moduleSideEffects: (id) => !id.includes("@protomaps/basemaps") }, // those styles
    },
  },
  server: { proxy: { "/api": { target: "http://127.0.0.1:8080", ws: true } } },
});

package node

// Regular expressions of the paths of built files whose names have a hash of their content, so that browsers may keep them for ever. The paths have no
// leading slash.
const (
	// hashedByVite does not take a word in lower case for a hash, as Vite copies the files in public/assets with the names that they have.
	hashedByVite  = `assets/.+-(?![a-z]+\.)[A-Za-z0-9_-]{8}\.[a-z0-9]+`
	hashedByNext  = `_next/static/.+`
	hashedByAstro = `_astro/.+\.[A-Za-z0-9_-]{8}\.[a-z0-9]+`
	// hashedByReactScripts are scripts and styles, and the media that these refer to.
	hashedByReactScripts = `static/(?:js|css|media)/.+\.[0-9a-f]{8,32}\..+`
	hashedBySvelteKit    = `_app/immutable/.+`
	// hashedByNuxt leaves out the directory builds, in which a page looks for newer builds.
	hashedByNuxt       = `_nuxt/(?!builds/).+`
	hashedByAngular    = `(?:chunk|main|polyfills|scripts|styles|runtime)[.-][A-Z0-9a-f]{8,20}\.(?:js|css)`
	hashedByDocusaurus = `assets/(?:js|css)/.+\.[0-9a-f]{8}\.(?:js|css)`
	hashedByGatsby     = `[^/]+-[0-9a-f]{20}\.js`
	hashedByVitePress  = `assets/.+\.[A-Za-z0-9_-]{8}(?:\.lean)?\.(?:js|css|woff2)`
	hashedByVueCLI     = `(?:js|css|img|fonts|media)/.+\.[0-9a-f]{8}\..+`
)

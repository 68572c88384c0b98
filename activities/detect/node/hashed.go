package node

// Paths of files whose names change with their content, as regular expressions without the leading slash.
const (
	// hashedByVite wants a hash that no word of lower case looks like: what public/assets holds is copied as it is named.
	hashedByVite  = `assets/.+-(?![a-z]+\.)[A-Za-z0-9_-]{8}\.[a-z0-9]+`
	hashedByNext  = `_next/static/.+`
	hashedByAstro = `_astro/.+\.[A-Za-z0-9_-]{8}\.[a-z0-9]+`
	// hashedByReactScripts is of pages and styles, and of the media that they bring.
	hashedByReactScripts = `static/(?:js|css|media)/.+\.[0-9a-f]{8,32}\..+`
	hashedBySvelteKit    = `_app/immutable/.+`
	// hashedByNuxt leaves out what tells browsers of newer builds.
	hashedByNuxt = `_nuxt/(?!builds/).+`
)

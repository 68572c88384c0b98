package detect

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

// buildStage is the stage of generated Dockerfiles that builds sites.
const buildStage = "build"

// staticSite are files that nginx serves.
type staticSite struct {
	// Stage of the Dockerfile that the files come from; empty for the build's context.
	Stage string
	// Path of their directory in there.
	Path string
	// Base is the path below which the pages expect to stand, as /docs; empty for the top.
	Base string
	// Fallback is the page that answers where there is no file of that name; empty where none does. A site that has a 404.html does not want that.
	Fallback string
	// Hashed is one of the above, and empty where names do not tell what is in the file: browsers keep those files for ever.
	Hashed string
	// Port is the one to listen on where PORT is not set.
	Port int
}

// stages returns the last two stages of a Dockerfile: one that installs nginx, named nginx, and the image.
func (s staticSite) stages(images BaseImages) string {
	table := images[runtimeStatic]

	return render("static_stages.tmpl", struct {
		staticSite
		Image string
	}{s, table.Images[table.Default]})
}

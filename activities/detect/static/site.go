package static

import (
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

// Site are files that nginx serves.
type Site struct {
	// Stage of the Dockerfile that the files come from; empty for the build's context.
	Stage string
	// Path of their directory in there.
	Path string
	// Base is the path below which the pages expect to stand, as /docs; empty for the top.
	Base string
	// Fallback is the page that answers where there is no file of that name; empty where none does. A site that has a 404.html does not want that.
	Fallback string
	// Hashed is a regular expression of paths whose names change with their content, without the leading slash. It is empty where names do not tell what is in the file: browsers keep those files for ever.
	Hashed string
	// Port is the one to listen on where PORT is not set.
	Port int
}

// Stages returns the last two stages of a Dockerfile: one that installs nginx, named nginx, and the image.
func (s Site) Stages(images buildplan.BaseImages) string {
	table := images[buildplan.RuntimeStatic]

	return buildplan.Render(templates, "static_stages.tmpl", struct {
		Site
		Image string
	}{s, table.Images[table.Default]})
}

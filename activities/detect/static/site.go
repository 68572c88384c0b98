package static

import (
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

// Site is a site of files that nginx serves.
type Site struct {
	// Stage is the stage of the Dockerfile that has the files; empty for the build's context.
	Stage string
	// Path is the files' directory in the stage.
	Path string
	// Base is the path below which the pages expect to be served, such as /docs; empty for the top.
	Base string
	// Fallback is the page that answers where there is no file of a name; empty where 404.html does, if there is one.
	Fallback string
	// Hashed is a regular expression of the paths of files whose names change with their content, without the leading slash. Browsers keep these files for
	// ever. It is empty for a site without such names.
	Hashed string
	// Port is the port that nginx listens on where PORT is not set.
	Port int
}

// Stages returns the last two stages of a Dockerfile. The first, named nginx, installs nginx, and the second is the image.
func (s Site) Stages(images buildplan.BaseImages) string {
	table := images[buildplan.RuntimeStatic]

	return buildplan.Render(templates, "static_stages.tmpl", struct {
		Site
		Image string
	}{s, table.Images[table.Default]})
}

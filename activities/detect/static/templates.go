package static

import (
	"embed"
	"text/template"
)

//go:embed templates/*.tmpl
var templateFiles embed.FS

// templates are the Dockerfile of a site that needs no build, and the stages that serve any site.
var templates = template.Must(template.ParseFS(templateFiles, "templates/*.tmpl"))

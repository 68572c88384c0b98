package static

import (
	"embed"
	"text/template"
)

//go:embed templates/*.tmpl
var templateFiles embed.FS

// templates are the Dockerfile of a site of files and the stages that serve one.
var templates = template.Must(template.ParseFS(templateFiles, "templates/*.tmpl"))

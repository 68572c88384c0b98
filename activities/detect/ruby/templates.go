package ruby

import (
	"embed"
	"text/template"
)

//go:embed templates/*.tmpl
var templateFiles embed.FS

// templates is the Dockerfile of a Rails app.
var templates = template.Must(template.ParseFS(templateFiles, "templates/*.tmpl"))

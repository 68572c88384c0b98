package detect

import (
	"embed"
	"text/template"
)

//go:embed templates/rails.Dockerfile.tmpl
var railsTemplatesFiles embed.FS

// railsTemplates is the Dockerfile of a Rails app.
var railsTemplates = template.Must(template.ParseFS(railsTemplatesFiles, "templates/*.tmpl"))

package detect

import (
	"embed"
	"text/template"
)

//go:embed templates/static.Dockerfile.tmpl templates/static_stages.tmpl
var staticTemplatesFiles embed.FS

// staticTemplates are the Dockerfile of a site of files and the stages that serve one.
var staticTemplates = template.Must(template.ParseFS(staticTemplatesFiles, "templates/*.tmpl"))

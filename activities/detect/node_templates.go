package detect

import (
	"embed"
)

//go:embed templates/node_*.Dockerfile.tmpl
var nodeTemplatesFiles embed.FS

// nodeTemplates are the Dockerfiles of what Node builds.
var nodeTemplates = templatesWithParts(nodeTemplatesFiles)

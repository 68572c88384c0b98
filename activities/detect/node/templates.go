package node

import (
	"embed"

	"github.com/zeitwork/zeitwork/activities/detect/node/project"
)

//go:embed templates/*.tmpl
var templateFiles embed.FS

// templates are the Dockerfiles of what Node builds.
var templates = project.TemplatesWithParts(templateFiles)

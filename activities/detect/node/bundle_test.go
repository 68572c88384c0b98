package node

import (
	_ "embed"

	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

var detectors = detecttest.Detectors{DetectNuxt, DetectNextJS, DetectSite, DetectServer}

//go:embed project/templates/node.dockerignore
var nodeDockerignore string

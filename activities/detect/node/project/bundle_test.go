package project_test

import (
	_ "embed"

	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
	"github.com/zeitwork/zeitwork/activities/detect/node"
)

// detectors take a server, which says the least about itself.
var detectors = detecttest.Detectors{node.DetectServer}

//go:embed templates/node.dockerignore
var nodeDockerignore string

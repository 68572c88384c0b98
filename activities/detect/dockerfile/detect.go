package dockerfile

import (
	"fmt"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

const defaultName = "Dockerfile"

// Name is the path of the Dockerfile that the settings ask for, relative to the root directory.
func Name(settings buildplan.Settings) string {
	if settings.DockerfilePath == "" {
		return defaultName
	}

	return settings.DockerfilePath
}

// Detect takes a source that brings a Dockerfile.
func Detect(tree source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error) {
	name, content, err := Read(tree, Name(settings))
	if err != nil || name == "" {
		return buildplan.Plan{}, false, err
	}

	parsed, err := Parse(name, content)
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	port, reason := choosePort(settings.Port, parsed.ExposedPorts)

	return buildplan.Plan{
		Framework:      buildplan.FrameworkDockerfile,
		Reason:         fmt.Sprintf("There is a %s. %s", name, reason),
		Versions:       map[string]string{},
		Port:           port,
		DockerfilePath: name,
	}, true, nil
}

package dockerfile

import (
	"cmp"
	"fmt"
	"path"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const defaultName = "Dockerfile"

// Name is the path of the Dockerfile that the settings ask for, relative to the root directory.
func Name(settings buildplan.Settings) string {
	if settings.DockerfilePath == "" {
		return defaultName
	}

	return settings.DockerfilePath
}

// Detect takes a source that brings a Dockerfile. One that the settings name by another name has to be there.
func Detect(tree source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error) {
	name, content, err := Read(tree, Name(settings))
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	if name == "" {
		return buildplan.Plan{}, false, checkAskedFor(tree, settings)
	}

	parsed, err := parse(name, content, settings.DockerfileTarget)
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	if _, err := source.ReadIgnoreRulesOf(tree, name); err != nil {
		return buildplan.Plan{}, false, err
	}

	port, reason, isDefault := choosePort(settings.Port, parsed.ExposedPorts)
	arguments, notes := chooseArguments(parsed.Arguments, settings)

	return buildplan.Plan{
		Framework:      buildplan.FrameworkDockerfile,
		Reason:         fmt.Sprintf("There is a %s. %s", name, reason),
		Versions:       map[string]string{},
		Port:           port,
		PortIsDefault:  isDefault,
		DockerfilePath: name,
		Target:         settings.DockerfileTarget,
		Arguments:      arguments,
		Secrets:        parsed.Secrets,
		Notes:          notes,
	}, true, nil
}

// checkAskedFor refuses a source that lacks the Dockerfile, or the stage of one, that the settings name: to guess another way would build something else.
func checkAskedFor(tree source.Tree, settings buildplan.Settings) error {
	asked := path.Clean(Name(settings))

	switch {
	case asked != defaultName:
		return problem.New(problem.Invalid, "There is no %s in %s, which the project's settings name as its Dockerfile. %s",
			asked, directoryInWords(tree), cmp.Or(Advice(tree), "Add it, or correct the path, which is relative to the root directory."))
	case settings.DockerfileTarget != "":
		return problem.New(problem.Invalid, "There is no Dockerfile in %s, of which the project's settings ask for the stage %s. Add one, or take the setting back.",
			directoryInWords(tree), settings.DockerfileTarget)
	default:
		return nil
	}
}

func directoryInWords(tree source.Tree) string {
	if tree.Directory == "." || tree.Directory == "" {
		return "the repository"
	}

	return fmt.Sprintf("the directory %q of the repository", tree.Directory)
}

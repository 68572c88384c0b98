package dockerfile

import (
	"bytes"
	"errors"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// Dockerfile is what the platform needs to know of a Dockerfile.
type Dockerfile struct {
	// ExposedPorts are the TCP ports that the stage which becomes the image exposes, in rising order.
	ExposedPorts []int
	// Arguments are the names of all ARG instructions, in alphabetical order.
	Arguments []string
	// Secrets are the names of the secrets that RUN instructions mount, in alphabetical order.
	Secrets []string
}

// Parse reads a Dockerfile whose last stage becomes the image. name is its path, for errors. These are the user's and name the line, so that a build need
// not begin to fail.
func Parse(name string, content []byte) (Dockerfile, error) { return parse(name, content, "") }

// parse is Parse for the stage of that name; empty for the last one.
func parse(name string, content []byte, target string) (Dockerfile, error) {
	if err := checkSyntaxLine(name, content); err != nil {
		return Dockerfile{}, err
	}

	parsed, err := parser.Parse(bytes.NewReader(content))
	if err != nil {
		return Dockerfile{}, parseError(name, err)
	}

	stages, arguments, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return Dockerfile{}, parseError(name, err)
	}

	if len(stages) == 0 {
		return Dockerfile{}, problem.New(problem.Invalid, "%s has no FROM instruction. Begin it with the image that the app builds on.", name)
	}

	for _, stage := range stages {
		if err := checkStage(name, stage); err != nil {
			return Dockerfile{}, err
		}
	}

	declared, secrets := argumentNames(stages, arguments), secretNames(stages)

	stages, err = upTo(name, stages, target)
	if err != nil {
		return Dockerfile{}, err
	}

	return Dockerfile{ExposedPorts: exposedPorts(stages, arguments, parsed.EscapeToken), Arguments: declared, Secrets: secrets}, nil
}

// checkSyntaxLine refuses a frontend other than the one that BuildKit has built in, as it would be a program of the customer's choice that runs inside of
// the builder.
func checkSyntaxLine(name string, content []byte) error {
	frontend, _, location, ok := parser.DetectSyntax(content)
	if !ok {
		return nil
	}

	image := strings.TrimPrefix(strings.TrimPrefix(frontend, "index."), "docker.io/")
	image, _, _ = strings.Cut(image, "@")
	image, _, _ = strings.Cut(image, ":")

	if image == "docker/dockerfile" {
		return nil
	}

	return problem.New(problem.Invalid,
		"%s, line %d: the syntax %s is not available here. Remove the line, or use docker/dockerfile:1.", name, firstLine(location), frontend)
}

// checkStage refuses ADD instructions with a URL.
func checkStage(name string, stage instructions.Stage) error {
	for _, command := range stage.Commands {
		add, ok := command.(*instructions.AddCommand)
		if !ok {
			continue
		}

		for _, source := range add.SourcePaths {
			if strings.Contains(source, "://") || strings.HasPrefix(source, "git@") {
				return problem.New(problem.Invalid, "%s, line %d: %s", name, firstLine(command.Location()), RemoteAddAdvice)
			}
		}
	}

	return nil
}

// RemoteAddAdvice is the sentence for ADD instructions with a URL: the builder would fetch it from inside of the platform's network.
const RemoteAddAdvice = "ADD cannot download from a URL here. Download the file in a RUN instruction, or put it into the repository."

// parseError turns an error of BuildKit's parser into one of the user's that names the line.
func parseError(name string, err error) error {
	located, ok := errors.AsType[*parser.LocationError](err)
	if !ok || len(located.Locations) == 0 {
		return problem.Wrap(err, problem.Invalid, "%s cannot be read: %s. Correct it.", name, strings.TrimSuffix(err.Error(), "."))
	}

	return problem.Wrap(err, problem.Invalid, "%s, line %d: %s. Correct the instruction.",
		name, firstLine(located.Locations[0]), strings.TrimSuffix(located.Unwrap().Error(), "."))
}

// firstLine is the line that an instruction begins at.
func firstLine(location []parser.Range) int {
	if len(location) == 0 {
		return 1
	}

	return location[0].Start.Line
}

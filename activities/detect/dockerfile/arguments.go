package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

// argumentNames returns the names of all ARG instructions, those before the first FROM among them.
func argumentNames(stages []instructions.Stage, global []instructions.ArgCommand) []string {
	names := []string{}
	add := func(command instructions.ArgCommand) {
		for _, argument := range command.Args {
			names = append(names, argument.Key)
		}
	}

	for _, command := range global {
		add(command)
	}

	for _, stage := range stages {
		for _, command := range stage.Commands {
			if argument, ok := command.(*instructions.ArgCommand); ok {
				add(*argument)
			}
		}
	}

	slices.Sort(names)

	return slices.Compact(names)
}

// chooseArguments returns which of the declared arguments get the values of the project's variables: those that are public by their name, and those that
// the project names for builds. The notes say what the others do not get, and what becomes readable.
func chooseArguments(declared []string, settings buildplan.Settings) (given, notes []string) {
	var withheld, readable []string

	for _, name := range declared {
		switch {
		case slices.Contains(settings.BuildVariables, name):
			given = append(given, name)

			if !buildplan.IsPublicName(name) {
				readable = append(readable, name)
			}
		case !slices.Contains(settings.Variables, name):
		case buildplan.IsPublicName(name):
			given = append(given, name)
		default:
			withheld = append(withheld, name)
		}
	}

	if len(readable) > 0 {
		notes = append(notes, fmt.Sprintf("ARG %s: whoever can read the image can read the value of this variable, too.", strings.Join(readable, ", ")))
	}

	if len(withheld) > 0 {
		notes = append(notes, fmt.Sprintf("ARG %s: this Dockerfile does not get the value of the project's variable, since it would be readable in the image. "+
			"Where that does no harm, name it by --build-variables; a secret is to be had by RUN --mount=type=secret,id=%s,env=%s.",
			strings.Join(withheld, ", "), withheld[0], withheld[0]))
	}

	return given, notes
}

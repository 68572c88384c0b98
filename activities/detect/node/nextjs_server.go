package node

import (
	"fmt"
	"path"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/npmscript"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// nextServer is an app by Next.js that is built to a server.
type nextServer struct {
	nextApp

	tree       source.Tree
	plan       *buildplan.Plan
	dockerfile *project.Dockerfile
	version    string
}

// startBy has the server started as the app says.
func (n nextServer) startBy(start project.Start) {
	n.plan.Reason = n.app.Reason(fmt.Sprintf("package.json depends on next %s. %s", n.version, lo.CoalesceOrEmpty(start.Found, "It is started by next start.")))

	startServer(n.tree, n.app, n.dockerfile, n.plan, start)

	if start.Found == "" {
		n.dockerfile.StartWith("npx", "next", "start")
	}

	n.plan.Dockerfile = buildplan.Render(templates, "server.Dockerfile.tmpl", n.dockerfile)
}

// standalone has the build leave a server of its own. Its errors are the user's.
func (n nextServer) standalone() error {
	if err := checkEndsInDevelopment(n.app, "next dev", "next start"); err != nil {
		return err
	}

	directory := n.app.App.Directory
	n.plan.ReleaseCommand = source.Procfile(n.tree, "release")
	n.dockerfile.BuildEnvironment = append(n.dockerfile.BuildEnvironment, "NEXT_PRIVATE_STANDALONE=true")
	n.dockerfile.Standalone, n.dockerfile.Entry = path.Join(buildplan.OutputDirectory, "app", directory), path.Join(directory, "server.js")
	n.dockerfile.AnyTracingRoot = n.tracesFromElsewhere()
	n.plan.Reason = n.app.Reason(fmt.Sprintf("package.json depends on next %s. It is built to a server of its own (standalone).", n.version))
	n.plan.Dockerfile = buildplan.Render(templates, "nextjs.Dockerfile.tmpl", n.dockerfile)

	return nil
}

// tracesFromElsewhere tells whether the standalone server may stand in another directory of the output than it does by default: where the configuration
// says what the top of all files is, or where there is no lockfile by which Next.js would find it.
func (n nextApp) tracesFromElsewhere() bool {
	named := lo.SomeBy([][]string{{"outputFileTracingRoot"}, {"experimental", "outputFileTracingRoot"}, {"turbopack", "root"}}, func(names []string) bool {
		return !n.config.At(names...).IsUnset()
	})

	return named || n.app.InWorkspace() && n.app.Manager.Lockfile == "" || n.app.InstalledApart()
}

// isNextStart tells whether a start command is no more than `next start`, in whose place the standalone server runs.
func isNextStart(start project.Start) bool {
	command, ok := onlyCommand(start.Run, "NODE_ENV", "PORT", "HOST", "HOSTNAME", "NEXT_TELEMETRY_DISABLED")
	if !ok {
		return false
	}

	return command.Is("next", "start") || command.Program() == nodeProgram && strings.HasSuffix(command.Subcommand(), "/standalone/server.js")
}

// onlyCommand is the command of a run that does nothing else, and that sets no other variables than those; false for any other run.
func onlyCommand(run npmscript.Run, variables ...string) (npmscript.Command, bool) {
	if len(run.Commands) != 1 {
		return npmscript.Command{}, false
	}

	return run.Commands[0], len(lo.Without(lo.Keys(run.Commands[0].Environment), variables...)) == 0
}

// checkEndsInDevelopment refuses a start script that does more than to start a server for development, as what it does beside that would be left out.
func checkEndsInDevelopment(app *project.Project, development, production string) error {
	run := app.Run(startScript)
	if len(run.Commands) > 1 && !startsServer(run) && !lo.EveryBy(run.Commands, isDevelopmentServer) {
		return problem.New(problem.Invalid, "package.json's start script, %q, ends in a server for development. Have it end in %s in place of %s.",
			app.Script(startScript), production, development)
	}

	return nil
}

package detect

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/samber/lo"
)

// developmentServer are start scripts that serve a site to its developer alone.
var developmentServer = regexp.MustCompile(`^(npx )?(vite|astro)( (dev|preview|serve)\b.*)?( -.*)?$|^react-scripts start|^ng serve`)

// detectServer takes an app whose start script, or server.js, is a server.
func detectServer(app source, settings Settings) (Plan, bool, error) {
	read, ok, err := readManifest(app, ".")
	if err != nil || !ok || !startsServer(app, read) {
		return Plan{}, false, err
	}

	if err := checkAdapter(app); err != nil {
		return Plan{}, false, err
	}

	project, err := openNode(app, settings, read)
	if err != nil {
		return Plan{}, false, err
	}

	plan := project.plan(FrameworkNode)
	plan.Arguments = project.publicVariables("NEXT_PUBLIC_", "NUXT_PUBLIC_", "VITE_", "PUBLIC_")

	dockerfile, err := project.dockerfile(&plan, "a Node server")
	if err != nil {
		return Plan{}, false, err
	}

	project.startBy(dockerfile)
	dockerfile.Host = project.host()

	found := fmt.Sprintf("The start script in package.json is %q.", project.script("start"))
	if project.script("start") == "" {
		found = fmt.Sprintf("There is %s beside package.json, which has no start script.", serverFile(app, read))
	}

	plan.Reason = project.reason(found)
	plan.Dockerfile = render("node_server.Dockerfile.tmpl", dockerfile)

	return plan, true, nil
}

func startsServer(app source, read manifest) bool {
	if start := strings.TrimSpace(read.Scripts["start"]); start != "" {
		return !developmentServer.MatchString(start)
	}

	return serverFile(app, read) != ""
}

// serverFile is what starts without a start script: server.js, as npm has it, else the package's main file where it is no site.
func serverFile(app source, read manifest) string {
	if isFile(app, "server.js") {
		return "server.js"
	}

	if name := path.Clean(read.Main); read.Main != "" && isFile(app, name) && !isFile(app, indexFile) && plainPath.MatchString(name) {
		return name
	}

	return ""
}

// plainCommand needs no shell.
var plainCommand = regexp.MustCompile(`^(node|bun) [A-Za-z0-9_./=:@, -]+$`)

// startBy decides how the server is started, and with which of its dependencies.
func (p *nodeProject) startBy(dockerfile *nodeDockerfile) {
	start := p.script("start")

	switch {
	case start == "":
		dockerfile.startWith("node", serverFile(source{FS: p.appFiles}, p.app.manifest))
	case plainCommand.MatchString(start) && p.script("prestart") == "" && p.script("poststart") == "":
		dockerfile.startWith(strings.Fields(start)...)
		dockerfile.WithManager = strings.HasPrefix(start, bun)
	case p.manager.setup()+p.manager.release != "" && regexp.MustCompile(`\b`+p.manager.name+`x?\b`).MatchString(p.script("prestart")+" "+start):
		dockerfile.startWith(strings.Fields(p.manager.run("start"))...)
		dockerfile.WithManager = true
	default:
		// npm is in the image and runs what any manager has installed.
		dockerfile.startWith("npm", "start")
	}

	if p.onlyBuilds() && p.canPrune() && !p.startsWithDevelopmentDependency() {
		dockerfile.Prune = p.manager.prune()
	}

	dockerfile.ModulesBuilt = p.usesPrisma() || lo.SomeBy(dockerfile.Later, changesDependencies)
}

// canPrune is false where bun, which installs anew instead, would run scripts without what they need, or leave a workspace's packages as they are.
func (p *nodeProject) canPrune() bool {
	return p.manager.name != bun || p.manager.lockfile != "" && len(p.members) == 0 && len(p.runByInstall(p.app)) == 0 && !p.usesPrisma()
}

// changesDependencies tells whether a script may do something to node_modules: prepare is there to build the package itself.
func changesDependencies(script laterScript) bool { return script.name != "prepare" }

func (d *nodeDockerfile) startWith(words ...string) { d.Start = quoted(words) }

// onlyBuilds tells whether there are dependencies that the finished app does not need.
func (p *nodeProject) onlyBuilds() bool {
	return lo.SomeBy(p.packages(), func(known workspacePackage) bool { return len(known.manifest.DevDependencies) > 0 })
}

// programs are those that have another name than their package.
var programs = map[string]string{
	"@nestjs/cli": "nest", "typescript": "tsc", "@remix-run/serve": "remix-serve", "@react-router/serve": "react-router-serve", "dotenv-cli": "dotenv",
}

// startsWithDevelopmentDependency tells whether the start script would miss what is taken out, such as tsx.
func (p *nodeProject) startsWithDevelopmentDependency() bool {
	words := regexp.MustCompile(`[^\w@-]+`).Split(p.script("prestart")+" "+p.script("start"), -1)
	development := lo.OmitByKeys(lo.Assign(p.root.DevDependencies, p.app.manifest.DevDependencies), lo.Keys(p.app.manifest.Dependencies))

	return lo.SomeBy(lo.Keys(development), func(name string) bool {
		program := programs[name]
		if program == "" {
			program = path.Base(name)
		}

		return lo.Contains(words, program) && !strings.HasPrefix(name, "@types/")
	})
}

package ruby

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

func (a railsApp) plan(ruby rubyVersion, node *railsNode, settings buildplan.Settings) buildplan.Plan {
	port, portReason := a.choosePort(settings.Port)
	reasons := []string{"There is a Gemfile with Rails " + a.version + ".", ruby.because}

	plan := buildplan.Plan{
		Framework:      buildplan.FrameworkRails,
		Versions:       map[string]string{"rails": a.version, "ruby": ruby.Version},
		Port:           port,
		Dockerignore:   source.GeneratedDockerignore(a.tree, dockerignore),
		Arguments:      a.publicVariables(settings),
		Secrets:        append(a.installSecrets(settings), a.buildSecrets(settings)...),
		HealthPath:     a.healthPath(),
		ReleaseCommand: a.releaseCommand(),
		Missing:        ruby.missing(settings.BaseImages[buildplan.RuntimeRuby]),
	}

	if a.lock.Bundler != "" {
		plan.Versions["bundler"] = a.lock.Bundler
	}

	if node != nil {
		reasons = append(reasons, node.because)

		maps.Copy(plan.Versions, node.versions)
		maps.Copy(plan.Missing, node.missing)
		plan.Secrets = append(plan.Secrets, node.secrets...)
	}

	plan.Secrets = lo.Uniq(plan.Secrets)
	plan.Reason = strings.Join(lo.Compact(append(reasons, portReason, a.startReason(), a.warning())), " ")
	plan.Dockerfile = buildplan.Render(templates, "rails.Dockerfile.tmpl", a.dockerfile(ruby, node, plan, settings))

	return plan
}

var (
	// healthRoute matches the generator's route, unless it stands in a scope: such a line is indented further.
	healthRoute = regexp.MustCompile(`(?m)^ {0,2}get\s*\(?\s*["']/?([\w./-]+)["']\s*(?:=>|,\s*to:)\s*["']rails/health#show["']`)
	// pumaPort matches a port that is written as a number, as the generator does not.
	pumaPort = regexp.MustCompile(`(?m)^\s*port\s*\(?\s*["']?(\d+)["']?`)
)

// healthPath is the path of the health route; empty where there is none at the top of the routes.
func (a railsApp) healthPath() string {
	if route := healthRoute.FindStringSubmatch(a.text("config/routes.rb")); route != nil {
		return path.Join("/", route[1])
	}

	return ""
}

// choosePort is buildplan.ChoosePort, unless Puma's configuration has a port.
func (a railsApp) choosePort(wanted int) (int, string) {
	if fixed := pumaPort.FindStringSubmatch(a.text(pumaConfig)); fixed != nil && wanted == 0 {
		if port, err := strconv.Atoi(fixed[1]); err == nil {
			return port, fmt.Sprintf("%s says that it listens on port %d.", pumaConfig, port)
		}
	}

	return buildplan.ChoosePort(wanted)
}

// startReason is a sentence of the plan's Reason about another start command than Puma's; empty where it is that.
func (a railsApp) startReason() string {
	if a.webCommand() == "" {
		return ""
	}

	return fmt.Sprintf("Procfile says that it is started by `%s`.", a.webCommand())
}

// warning is a sentence of the plan's Reason; empty where there is nothing to warn of.
func (a railsApp) warning() string {
	if a.keepsDatabase() {
		return "Its SQLite database lives in the VM and starts empty with each deployment: use Postgres or MySQL for what is to be kept."
	}

	return ""
}

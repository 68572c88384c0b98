package ruby

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/source"
)

var (
	// plainPuma matches what Puma is started with by those who let config/puma.rb decide.
	plainPuma = regexp.MustCompile(`^(?:bundle exec\s+|bin/)?puma(?:\s+-C\s+\S*config/puma\.rb|\s+--config\s+\S*config/puma\.rb)?$`)
	// thruster matches the proxy that Rails' generator puts before Puma. The edge does what it does.
	thruster = regexp.MustCompile(`^(?:bundle exec\s+|(?:\./)?bin/)?thrust\s+`)
	// railsServer matches the command that refuses to start where an earlier one has left its PID file.
	railsServer = regexp.MustCompile(`\brails\s+s(?:erver)?\b`)
	// listens matches a line of Puma's configuration that says where it listens, or may.
	listens = regexp.MustCompile(`(?m)^[^#\n]*\b(?:port|bind|ssl_bind)\b`)
)

// pumaConfigs are the configurations of Puma, of which it reads the first that is there.
var pumaConfigs = []string{"config/puma/production.rb", pumaConfig}

// puma is the command that starts Puma, which by itself does not listen on PORT: that is a line of the configuration that Rails' generator writes.
func (a railsApp) puma(port int) []string {
	config, _ := lo.Find(pumaConfigs, func(name string) bool { return source.IsFile(a.tree, name) })
	if config != "" && listens.MatchString(a.text(config)) {
		return []string{"bundle", "exec", "puma"}
	}

	return []string{"bundle", "exec", "puma", "--port", strconv.Itoa(port)}
}

// webCommand is the command of the web process in Procfile; empty where there is none, and where it only starts Puma.
func (a railsApp) webCommand() string {
	command := thruster.ReplaceAllString(source.Procfile(a.tree, "web"), "")
	if plainPuma.MatchString(command) {
		return ""
	}

	return command
}

// releaseCommand is what Procfile names so, or what prepares the database; empty for an app without one.
func (a railsApp) releaseCommand() string {
	switch {
	case !a.hasDatabase() || a.keepsDatabase():
		return ""
	default:
		return lo.CoalesceOrEmpty(source.Procfile(a.tree, "release"), prepareDatabase)
	}
}

// command is the start command, in the form of CMD: that of Procfile, else Puma, and not bin/rails server: that of Rails 7.0 does not start after a crash,
// which leaves its PID file.
func (a railsApp) command(port int) string {
	steps := []string{}
	if a.keepsDatabase() && a.hasSchema() {
		steps = append(steps, prepareDatabase)
	}

	web := a.webCommand()
	if railsServer.MatchString(web) {
		steps = append(steps, "rm -f tmp/pids/server.pid")
	}

	switch {
	case web == "" && len(steps) == 0:
		return execForm(a.puma(port)...)
	case web == "":
		web = "exec " + strings.Join(a.puma(port), " ")
	case !strings.ContainsAny(web, "&|;"):
		web = "exec " + web
	}

	return execForm("sh", "-c", strings.Join(append(steps, web), " && "))
}

// execForm is a command in the form of CMD that no shell takes apart.
func execForm(words ...string) string {
	return "[" + strings.Join(lo.Map(words, func(word string, _ int) string {
		text := &strings.Builder{}
		encoder := json.NewEncoder(text)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(word) // A string always encodes.

		return strings.TrimSpace(text.String())
	}), ", ") + "]"
}

// hasSchema tells whether there is something to make a database from.
func (a railsApp) hasSchema() bool {
	return lo.SomeBy([]string{"db/*schema.rb", "db/*structure.sql", "db/migrate/*.rb"}, func(pattern string) bool { return source.Exists(a.tree, pattern) })
}

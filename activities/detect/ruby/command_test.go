package ruby

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestCommand_IsThatOfProcfile(t *testing.T) {
	t.Parallel()

	for web, command := range map[string]string{
		"bundle exec puma -C config/puma.rb":           `["bundle", "exec", "puma"]`,
		"bundle exec thrust bundle exec puma":          `["bundle", "exec", "puma"]`,
		"bundle exec unicorn -p $PORT -c unicorn.rb":   `["sh", "-c", "exec bundle exec unicorn -p $PORT -c unicorn.rb"]`,
		"bin/rails server -p $PORT -e $RAILS_ENV":      `["sh", "-c", "rm -f tmp/pids/server.pid && exec bin/rails server -p $PORT -e $RAILS_ENV"]`,
		`bin/warm "up" && bundle exec puma -p ${PORT}`: `["sh", "-c", "bin/warm \"up\" && bundle exec puma -p ${PORT}"]`,
	} {
		files := map[string]string{"Procfile": "worker: bundle exec sidekiq\nweb: " + web + "\nrelease: bundle exec rails db:migrate\n"}
		plan := detectors.RequirePlan(t, detecttest.RailsTree("8.0.1", []string{"pg (1.5.9)", "puma (6.5.0)"}, files), buildplan.Settings{})
		require.Contains(t, plan.Dockerfile, "\nCMD "+command+"\n")
		require.Equal(t, "bundle exec rails db:migrate", plan.ReleaseCommand)
	}

	plan := detectors.RequirePlan(t, detecttest.RailsTree("8.0.1", []string{"falcon (0.51.0)"}, map[string]string{"Procfile": "web: bundle exec falcon host"}), buildplan.Settings{})
	require.Contains(t, plan.Reason, "Procfile says that it is started by `bundle exec falcon host`.")
	detectors.RequireError(t, detecttest.RailsTree("8.0.1", []string{"falcon (0.51.0)"}, nil), buildplan.Settings{}, "or name another as web in a Procfile")
}

func TestCommand_PumaThatNothingTellsItsPort_IsTold(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		files   map[string]string
		command string
	}{
		"no configuration":          {map[string]string{"config/puma.rb": detecttest.Absent}, `["bundle", "exec", "puma", "--port", "3000"]`},
		"a port in a comment":       {map[string]string{"config/puma.rb": "workers 2\n# port 3000\n"}, `["bundle", "exec", "puma", "--port", "3000"]`},
		"an address":                {map[string]string{"config/puma.rb": "bind \"tcp://0.0.0.0:#{ENV['PORT']}\"\n"}, `["bundle", "exec", "puma"]`},
		"production has no port":    {map[string]string{"config/puma/production.rb": "workers 2\n"}, `["bundle", "exec", "puma", "--port", "3000"]`},
		"production alone has one":  {map[string]string{"config/puma.rb": "", "config/puma/production.rb": "if true\n  port(4000)\nend\n"}, `["bundle", "exec", "puma"]`},
		"after SQLite was prepared": {map[string]string{"config/puma.rb": detecttest.Absent, "db/schema.rb": ""}, `["sh", "-c", "bin/rails db:prepare && exec bundle exec puma --port 3000"]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := detectors.RequirePlan(t, detecttest.RailsTree("7.2.2", []string{"puma (6.6.0)", "sqlite3 (1.7.3)"}, test.files), buildplan.Settings{Port: 3000})
			require.Contains(t, plan.Dockerfile, "\nCMD "+test.command+"\n")
		})
	}
}

func TestWebpacker_IsRunWithWhatWebpack4AsksFor(t *testing.T) {
	t.Parallel()

	files := map[string]string{"package.json": `{"dependencies":{"@rails/webpacker":"5.4.4"}}`}
	plan := detectors.RequirePlan(t, detecttest.RailsTree("7.0.8", []string{"puma (5.6.9)", "webpacker (5.4.4)"}, files), buildplan.Settings{})
	require.Contains(t, plan.Dockerfile, "NODE_OPTIONS=--openssl-legacy-provider SKIP_YARN_INSTALL=1 SKIP_BUN_INSTALL=1 ruby bin/rails assets:precompile")
	require.Contains(t, plan.Dockerfile, "COPY --from=node /usr/local/bin/node")

	plan = detectors.RequirePlan(t, detecttest.RailsTree("7.0.8", []string{"puma (5.6.9)", "webpacker (6.0.0.rc.6)"}, files), buildplan.Settings{})
	require.NotContains(t, plan.Dockerfile, "NODE_OPTIONS")
}

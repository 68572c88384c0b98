package npmscript_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/npmscript"
)

func words(commands []npmscript.Command) []string {
	return lo.Map(commands, func(command npmscript.Command, _ int) string { return command.String() })
}

func TestScript_EndsInTheProgramThatRuns(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		// scripts are those of package.json, with start as the one that is resolved.
		scripts string
		ends    []string
	}{
		"as it is":                      {`"start":"node server.js"`, []string{"node server.js"}},
		"no script":                     {`"build":"x"`, []string{}},
		"npm run":                       {`"start":"npm run serve","serve":"tsx src/a.ts"`, []string{"tsx src/a.ts"}},
		"npm run, far":                  {`"start":"npm run a","a":"yarn b","b":"pnpm c","c":"bun run d","d":"node --run e","e":"vite"`, []string{"vite"}},
		"itself":                        {`"start":"npm start"`, []string{}},
		"in a ring":                     {`"start":"npm run a","a":"npm run start"`, []string{}},
		"arguments of npm":              {`"start":"npm run a --silent -- --host --port=1","a":"vite"`, []string{"vite --host --port=1"}},
		"arguments of yarn":             {`"start":"yarn a --host","a":"vite"`, []string{"vite --host"}},
		"variables":                     {`"start":"NODE_ENV=production PORT=3001 react-scripts start"`, []string{"react-scripts start"}},
		"cross-env":                     {`"start":"cross-env NODE_ENV=development vite --host"`, []string{"vite --host"}},
		"env":                           {`"start":"env -u A B=c node a.js"`, []string{"node a.js"}},
		"dotenv":                        {`"start":"dotenv -e .env.local -- next dev"`, []string{"next dev"}},
		"dotenvx":                       {`"start":"dotenvx run -f .env -- node a.js"`, []string{"node a.js"}},
		"env-cmd":                       {`"start":"env-cmd -f .env.production react-scripts start"`, []string{"react-scripts start"}},
		"env-cmd of old":                {`"start":"env-cmd .env node a.js"`, []string{"node a.js"}},
		"variables of Windows":          {`"start":"set PORT=3001 && react-scripts start"`, []string{"react-scripts start"}},
		"exported":                      {`"start":"export PORT=1; node a.js"`, []string{"node a.js"}},
		"npx":                           {`"start":"npx --yes serve@14 -s build"`, []string{"serve -s build"}},
		"npx of a scope":                {`"start":"npx @11ty/eleventy@3 --serve"`, []string{"eleventy --serve"}},
		"bunx":                          {`"start":"bunx --bun vite"`, []string{"vite"}},
		"pnpm exec":                     {`"start":"pnpm exec vite"`, []string{"vite"}},
		"a program by yarn":             {`"start":"yarn vite --host"`, []string{"vite --host"}},
		"yarn node":                     {`"start":"yarn node a.js"`, []string{"node a.js"}},
		"bun and a file":                {`"start":"bun run src/index.ts"`, []string{"bun src/index.ts"}},
		"bun alone":                     {`"start":"bun --watch src/index.ts"`, []string{"bun --watch src/index.ts"}},
		"bun and a script":              {`"start":"bun dev","dev":"vite"`, []string{"vite"}},
		"a path of a program":           {`"start":"./node_modules/.bin/vite --host"`, []string{"vite --host"}},
		"a path for Node":               {`"start":"node --max-old-space-size=4096 ./node_modules/vite/bin/vite.js dev"`, []string{"vite dev"}},
		"a path for Node, of a scope":   {`"start":"node node_modules/@angular/cli/bin/ng serve"`, []string{"ng serve"}},
		"a chain":                       {`"start":"npm run build && node a.js","build":"tsc"`, []string{"node a.js"}},
		"a chain that ends in words":    {`"start":"node a.js; echo ended"`, []string{"node a.js"}},
		"before and after":              {`"prestart":"node migrate.js","start":"node a.js","poststart":"echo x"`, []string{"node a.js"}},
		"at once":                       {`"start":"node a.js & node b.js"`, []string{"node a.js", "node b.js"}},
		"at once, and waited for":       {`"start":"node a.js & node b.js & wait"`, []string{"node a.js", "node b.js"}},
		"concurrently":                  {`"start":"concurrently -k -n a,b \"npm:a*\" 'vite --host'","ab":"tsc -w"`, []string{"tsc -w", "vite --host"}},
		"run-p":                         {`"start":"run-p a:*","a:x":"vite","a:y":"tsc -w","a:y:z":"no"`, []string{"vite", "tsc -w"}},
		"run-s":                         {`"start":"run-s a \"b -- --c\"","a":"tsc","b":"node b.js"`, []string{"node b.js --c"}},
		"arguments that are not there":  {`"start":"run-p types \"only {@}\" --","types":"tsc","only":"vite"`, []string{"tsc", "vite"}},
		"npm-run-all":                   {`"start":"npm-run-all a --parallel b c","a":"tsc","b":"b","c":"c"`, []string{"b", "c"}},
		"or":                            {`"start":"node a.js || exit 1"`, []string{"node a.js"}},
		"a pipe":                        {`"start":"node a.js | pino-pretty"`, []string{"node a.js"}},
		"a shell":                       {`"start":"sh -c 'PORT=1 node a.js'"`, []string{"node a.js"}},
		"in brackets":                   {`"start":"(cd x && true) && exec node a.js"`, []string{"node a.js"}},
		"if":                            {`"start":"if [ \"$A\" = b ]; then node a.js; else node b.js; fi"`, []string{"node a.js", "node b.js"}},
		"quotes and expansions":         {`"start":"next start -p ${PORT:-3000} -H \"$HOST\""`, []string{"next start -p ${PORT:-3000} -H $HOST"}},
		"no shell":                      {`"start":"node a.js )"`, []string{"node a.js )"}},
		"another directory":             {`"start":"cd client && npm start"`, []string{"serve -s build"}},
		"another directory by npm":      {`"start":"npm start --prefix client"`, []string{"serve -s build"}},
		"another directory by yarn":     {`"start":"yarn --cwd client start"`, []string{"serve -s build"}},
		"another package by npm":        {`"start":"npm run start -w web"`, []string{"serve -s build"}},
		"another package by pnpm":       {`"start":"pnpm --filter web start"`, []string{"serve -s build"}},
		"another package by yarn":       {`"start":"yarn workspace web start"`, []string{"serve -s build"}},
		"a package that is not known":   {`"start":"pnpm --filter ./x... start"`, []string{"pnpm --filter ./x... start"}},
		"what a manager does by itself": {`"start":"npm ci && node a.js"`, []string{"node a.js"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			scripts := map[string]string{}
			require.NoError(t, json.Unmarshal([]byte("{"+test.scripts+"}"), &scripts))

			resolver := npmscript.Resolver{
				Scripts: func(directory string) map[string]string {
					return map[string]map[string]string{".": scripts, "client": {"start": "serve -s build"}}[directory]
				},
				Member: func(name string) (string, bool) { return "client", name == "web" },
			}
			require.Equal(t, test.ends, words(resolver.Script("start").Ends))
		})
	}
}

func TestScript_HasAllCommandsInTheirOrder_WithTheirVariablesDirectoriesAndManagers(t *testing.T) {
	t.Parallel()

	resolver := npmscript.Of(map[string]string{"prebuild": "rm -rf out", "build": "cross-env A=b yarn all || exit 1", "all": "tsc && cd web && BASE=/x pnpm exec vite build"})
	run := resolver.Script("build")

	require.Equal(t, []string{"rm -rf out", "tsc", "vite build", "exit 1"}, words(run.Commands))
	require.Equal(t, map[string]string{"A": "b", "BASE": "/x"}, run.Commands[2].Environment)
	require.Equal(t, "web", run.Commands[2].Directory)
	require.Equal(t, []string{"cross-env", "pnpm", "yarn"}, run.Through)
}

func TestScript_NamesTheFilesWithVariablesThatItDemands(t *testing.T) {
	t.Parallel()

	for line, files := range map[string][]string{
		"node --env-file=.env a.js":             {".env"},
		"node --env-file .env.local a.js":       {".env.local"},
		"node --env-file-if-exists=.env a.js":   nil,
		"tsx --env-file=.env a.ts":              {".env"},
		"env-cmd -f config/.env node a.js":      {"config/.env"},
		"env-cmd .env node a.js":                {".env"},
		"dotenv -e .env node a.js":              nil,
		". ./.env && npm run other":             {"./.env", "x.env"},
		"cross-env A=b npm run other && node a": {"x.env"},
	} {
		require.Equal(t, files, npmscript.Of(map[string]string{"a": line, "other": "node --env-file=x.env b"}).Script("a").EnvFiles, line)
	}
}

func TestScript_ThatGrowsWithoutEnd_IsBounded(t *testing.T) {
	t.Parallel()

	scripts := map[string]string{"z": "node a.js"}
	for letter := 'a'; letter < 'z'; letter++ {
		next := "npm run " + string(letter+1)
		scripts[string(letter)] = next + " && " + next + " && " + next
	}

	require.LessOrEqual(t, len(npmscript.Of(scripts).Script("a").Commands), 500)
	require.Empty(t, npmscript.Of(map[string]string{"a": strings.Repeat("(", 1<<20)}).Script("a").Commands)
	require.Len(t, npmscript.Of(map[string]string{"a": strings.Repeat("(", 8<<10)}).Script("a").Commands, 1)
}

func TestCommand_ArgumentsAndOptions(t *testing.T) {
	t.Parallel()

	command := npmscript.Of(map[string]string{"a": "react-scripts --max_old_space_size=4096 -p 3 build --outDir out --base=/docs -- x"}).Script("a").Ends[0]

	require.Equal(t, "build", command.Subcommand())
	require.True(t, command.Is("react-scripts", "start", "build"))
	require.True(t, command.Is("react-scripts"))
	require.False(t, command.Is("vite", "build"))
	require.True(t, command.Has("--base"))

	for option, value := range map[string]string{"--outDir": "out", "--base": "/docs"} {
		found, ok := command.Option("--other", option)
		require.True(t, ok)
		require.Equal(t, value, found)
	}

	_, ok := command.Option("--other")
	require.False(t, ok)
}

// FuzzScript looks for texts that end the process: scripts are written by strangers.
func FuzzScript(f *testing.F) {
	for _, seed := range []string{
		"time", "cross-env A=b dotenv -e .env -- npm run other -- --y=$Z && cd a && (yarn --cwd b c || exit 1) & wait; if [ a ]; then node --env-file=.env x | pino; fi",
		"concurrently -n a,b \"npm:o*\" 'vite --host' && run-p o:* -s b --parallel c", "env-cmd -f .env timeout 3s npx -y @a/b@1 serve; sh -c 'node a'; node --run other",
		"for i in a b; do node $i; done; case x in y) z;; esac; f() { node a; }; f; ! node c; node <<EOF\nx\nEOF",
	} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, text string) {
		run := script(map[string]string{"start": text, "other": text})
		require.LessOrEqual(t, len(run.Ends), len(run.Commands))

		for _, command := range run.Commands {
			command.Subcommand()
			command.Option("-p")
		}
	})
}

func script(scripts map[string]string) npmscript.Run { return npmscript.Of(scripts).Script("start") }

package jsconfig_test

import (
	"io/fs"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/jsconfig"
)

// read reads a.config with those files, as a build in /app/web does.
func read(files map[string]string) jsconfig.Config {
	open := func(name string) ([]byte, error) {
		content, ok := files[name]
		if !ok {
			return nil, fs.ErrNotExist
		}

		return []byte(content), nil
	}

	return jsconfig.Read(open, "a.config", jsconfig.Options{
		Directory: "/app/web",
		Env: func(name string) (string, bool, bool) {
			return map[string]string{"NODE_ENV": "production"}[name], name == "NODE_ENV", name != "SECRET"
		},
		Arguments: []jsconfig.Value{jsconfig.Object(map[string]string{"command": "build", "mode": "production"})},
	})
}

func TestRead_TextsAreAllThatStandInTheFile(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"strings, wherever":        {`export default { a: ['x/**', f('y')], b() { run("z") } } // 'not this'`, []string{"x/**", "y", "z"}},
		"parts of a template":      {"export default `php ${a} list`", []string{"`php ${", "} list`"}},
		"what cannot be parsed":    {"export default {{ 'a'", []string{"export default {{ 'a'"}},
		"nothing where no file is": {"", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			files := map[string]string{}
			if test.text != "" {
				files["a.config.js"] = test.text
			}

			require.ElementsMatch(t, test.want, read(files).Texts)
		})
	}
}

func TestRead_OptionIsWhatTheConfigurationComesTo(t *testing.T) {
	t.Parallel()

	const isUnset, isUnknown = "-", "?"

	for name, test := range map[string]struct{ text, option string }{
		"text":                           {`export default { a: { b: 'x' } }`, "x"},
		"quoted name":                    {`export default { "a": { 'b': "x" } }`, "x"},
		"template":                       {"export default { a: { b: `x` } }", "x"},
		"nothing":                        {`export default {}`, isUnset},
		"of another part":                {`export default { c: { a: { b: 'x' } }, plugins: [p({ a: { b: 'y' } })] }`, isUnset},
		"in a comment":                   {"export default { /* a: { b: 'x' } */\n// a: { b: 'x' }\n }", isUnset},
		"in a text":                      {`export default { c: "a: { b: 'x' }" }`, isUnset},
		"CommonJS":                       {`module.exports = { a: { b: 'x' } }`, "x"},
		"CommonJS, in parts":             {`exports.a = { b: 'x' }; exports.c = 1`, isUnknown},
		"a variable":                     {`const c = { a: { b: 'x' } }; export default c`, "x"},
		"a variable in it":               {`const b = 'x'; export default { a: { b } }`, "x"},
		"exported by name":               {`const c = { a: { b: 'x' } }; export { c as default }`, "x"},
		"a type":                         {`import type { C } from 'c'; const c: C = { a: { b: 'x' } }; export default c satisfies C`, "x"},
		"as const":                       {`export default { a: { b: 'x' as const } } as C`, "x"},
		"a function of the framework":    {`import { defineConfig } from 'f'; export default defineConfig({ a: { b: 'x' } })`, "x"},
		"one without an import":          {`export default defineNuxtConfig({ a: { b: 'x' } })`, "x"},
		"through others":                 {`const w = require('w'); module.exports = w({ o: 1 })(require('v')(w.more({ a: { b: 'x' } }, { a: { b: 'y' } })))`, "x"},
		"through one":                    {`const w = require('w'); const c = { a: { b: 'x' } }; module.exports = w(c, { a: { b: 'y' } })`, "x"},
		"through one with options":       {`import w from 'w'; const c = { a: { b: 'x' } }; export default w({ o: 1 })(c)`, "x"},
		"through a list":                 {`module.exports = withPlugins([[p, { a: 1 }]], { a: { b: 'x' } })`, "x"},
		"a function":                     {`export default () => ({ a: { b: 'x' } })`, "x"},
		"a function, defined":            {`export default defineConfig(async ({ mode }) => { const b = mode === 'production' ? 'x' : 'y'; return { a: { b } } })`, "x"},
		"a function that decides":        {`module.exports = (env) => { if (env.command !== 'build') { return { a: { b: 'y' } } } return { a: { b: 'x' } } }`, "x"},
		"a condition on production":      {`const p = process.env.NODE_ENV === 'production'; export default { a: { b: p ? 'x' : undefined } }`, "x"},
		"not in production":              {`const dev = process.env.NODE_ENV !== 'production'; export default { a: { b: dev ? 'y' : 'x' } }`, "x"},
		"a variable that is not set":     {`export default { a: { b: process.env.CI ? 'y' : 'x' } }`, "x"},
		"a variable with a default":      {`const { B = 'x' } = process.env; export default { a: { b: process.env.B || B } }`, "x"},
		"a variable that nobody knows":   {`export default { a: { b: process.env.SECRET ? 'y' : 'x' } }`, isUnknown},
		"the same either way":            {`export default { a: { b: process.env.SECRET ? 'x' : 'x' } }`, "x"},
		"the same in both returns":       {`export default () => { if (process.env.SECRET) { return { a: { b: 'x' }, c: 1 } } else { return { a: { b: 'x' } } } }`, "x"},
		"assigned":                       {`const c = { a: {} }; c.a.b = 'x'; module.exports = c`, "x"},
		"assigned where it is true":      {`const c = { a: {} }; if (process.env.NODE_ENV === 'production') c.a.b = 'x'; module.exports = c`, "x"},
		"assigned where it is false":     {`const c = { a: {} }; if (process.env.CI) c.a.b = 'x'; module.exports = c`, isUnset},
		"assigned where nobody knows":    {`const c = { a: {} }; if (process.env.SECRET) c.a.b = 'x'; module.exports = c`, isUnknown},
		"assigned to a variable":         {`let b = 'y'; if (!process.env.CI) { b = 'x' } export default { a: { b } }`, "x"},
		"spread":                         {`const o = { b: 'x' }; export default { a: { ...o } }`, "x"},
		"spread, replaced":               {`const o = { b: 'y' }; export default { a: { ...o, b: 'x' } }`, "x"},
		"spread of a condition":          {`export default { a: { ...(process.env.NODE_ENV === 'production' && { b: 'x' }) } }`, "x"},
		"spread of a false condition":    {`export default { a: { ...(process.env.CI && { b: 'x' }) } }`, isUnset},
		"spread of who knows what":       {`export default { a: { ...(process.env.SECRET ? { b: 'x' } : {}) } }`, isUnknown},
		"spread of another module":       {`import o from 'o'; export default { a: { b: 'x', ...o } }`, isUnknown},
		"spread that leaves it":          {`export default { a: { ...(process.env.SECRET ? { c: 'y' } : {}), b: 'x' } }`, "x"},
		"Object.assign":                  {`module.exports = { a: Object.assign({}, { b: 'y' }, { b: 'x' }) }`, "x"},
		"added":                          {"const n = 'x'; export default { a: { b: `/${n}/` + 'y' } }", "/x/y"},
		"a path":                         {`const path = require('path'); module.exports = { a: { b: path.resolve(__dirname, '../dist') } }`, "/app/dist"},
		"a path, imported":               {`import { join } from 'node:path'; export default { a: { b: join(import.meta.dirname, '..', 'dist') } }`, "/app/dist"},
		"a path, by its URL":             {`import { fileURLToPath } from 'url'; export default { a: { b: fileURLToPath(new URL('../dist', import.meta.url)) } }`, "/app/dist"},
		"a path, of a URL":               {`export default { a: { b: new URL('./dist', import.meta.url).pathname } }`, "/app/web/dist"},
		"a path, of where it is":         {`import path from 'path'; export default { a: { b: path.join(process.cwd(), 'dist') } }`, "/app/web/dist"},
		"another file":                   {`import { b } from './b'; export default { a: { b } }`, "x"},
		"another file, by require":       {`const { b } = require('./b.ts'); module.exports = { a: { b } }`, "x"},
		"package.json":                   {`const p = require('./package.json'); module.exports = { a: { b: p.name } }`, "x"},
		"another package":                {`import { b } from 'b'; export default { a: { b } }`, isUnknown},
		"a function of one's own":        {`function f(n) { return n + 'x' } export default { a: { b: f('') } }`, "x"},
		"in a loop":                      {`const c = { a: { b: 'y' } }; for (const n of [1]) { c.a.b = 'x' } export default c`, isUnknown},
		"with and":                       {`export default { a: { b: process.env.NODE_ENV && 'x' } }`, "x"},
		"with ??":                        {`export default { a: { b: process.env.CI ?? 'x' } }`, "x"},
		"a list with it":                 {`export default { a: { b: ['production'].includes(process.env.NODE_ENV) ? 'x' : 'y' } }`, "x"},
		"merged":                         {`import { mergeConfig } from 'vite'; export default mergeConfig({ a: { c: 1 } }, { a: { b: 'x' } })`, "x"},
		"no configuration that is known": {`export { default } from 'c'`, isUnknown},
		"what is no text":                {`export default {`, isUnknown},
		"attributes":                     {`import p from './package.json' with { type: 'json' }; export default { a: { b: p.name } }`, "x"},
		"top level await":                {`const { b } = await import('b'); export default { a: { b: 'x' } }`, "x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			for _, extension := range []string{".ts", ".mjs"} {
				if extension == ".mjs" && strings.ContainsAny(test.text, ":") && (strings.Contains(test.text, "import type") || strings.Contains(test.text, " as ")) {
					continue
				}

				found := read(map[string]string{"a.config" + extension: test.text, "b.ts": "export const b: string = 'x'", "package.json": `{"name":"x"}`}).At("a", "b")

				option, known := found.Text()
				switch {
				case found.IsUnknown():
					option = isUnknown
				case !known:
					option = isUnset
				}

				require.Equal(t, test.option, option, extension)
			}
		})
	}
}

func TestRead_WithoutAFile_SetsNothing(t *testing.T) {
	t.Parallel()

	config := read(map[string]string{"b.config.js": "export default { a: 1 }"})
	require.Empty(t, config.Name)
	require.True(t, config.At("a", "b").IsUnset())
}

func TestRead_TellsWhichModuleMadeAValue(t *testing.T) {
	t.Parallel()

	config := read(map[string]string{"a.config.js": `import node from '@astrojs/node'; import 'x'; export default { adapter: node({ mode: 'standalone' }), other: require('y').z() }`})
	require.Equal(t, "@astrojs/node", config.At("adapter").Module())
	require.Equal(t, "y", config.At("other").Module())
	require.Equal(t, []string{"@astrojs/node", "x", "y"}, config.Imports)

	mode, _ := config.At("adapter").Argument(0).At("mode").Text()
	require.Equal(t, "standalone", mode)
}

//nolint:tparallel // Its parts take the time that they need, one after the other.
func TestRead_TextThatIsMeantToDoHarm_IsUnknownAndCostsLittle(t *testing.T) {
	t.Parallel()

	const most = 30 << 10

	for name, text := range map[string]string{
		"brackets":    strings.Repeat("(", most),
		"nested":      "export default " + strings.Repeat("[", most/2) + strings.Repeat("]", most/2),
		"not":         "export default " + strings.Repeat("!", most) + "a",
		"arrows":      "export default " + strings.Repeat("a=>", most/3) + "a",
		"conditions":  "export default " + strings.Repeat("a?b:", most/4) + "a",
		"assignments": "export default " + strings.Repeat("a=", most/2) + "a",
		"ifs":         strings.Repeat("if(a)", most/5) + ";",
		"blocks":      strings.Repeat("{", most/2) + strings.Repeat("}", most/2),
		"sums":        "export default " + strings.Repeat("a+", most/2) + "a",
		"powers":      "export default " + strings.Repeat("a**", most/3) + "a",
		"calls":       "export default a" + strings.Repeat("()", most/2),
		"templates":   "export default " + strings.Repeat("`${", most/4) + "a" + strings.Repeat("}`", most/4),
		"types":       "type a = " + strings.Repeat("[", most/2) + strings.Repeat("]", most/2),
		"generics":    "type a = " + strings.Repeat("a<", most/2) + "a" + strings.Repeat(">", most/2),
		"chains":      "export default a" + strings.Repeat(".b()", most/4),
		"lines":       "export default " + strings.Repeat("!\n", most/2) + "a",
		"more lines":  "export default " + strings.Repeat("a?\nb:\n", most/6) + "a",
		"sum":         "export default " + strings.Repeat("a+\n", most/3) + "a",
		"powers of":   "export default " + strings.Repeat("a**\n", most/4) + "a",
		"if":          strings.Repeat("if(a)\n", most/6) + ";",
		"generic":     "export default " + strings.Repeat("a<\n", most/3) + "a",
		"itself":      "function f() { return f() || f() } export default f()",
		"growing":     "let a = 'aaaaaaaaaaaaaaaa';" + strings.Repeat("a = a + a;", 100) + "export default { a }",
		"imports":     "export { default } from './a.config'",
		"too long":    strings.Repeat(" ", 33<<10) + "export default {}",
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()

			for _, extension := range []string{".ts", ".js"} {
				read(map[string]string{"a.config" + extension: text})
			}

			require.Less(t, time.Since(began), 5*time.Second)

			var memory runtime.MemStats
			runtime.ReadMemStats(&memory)
			require.Less(t, memory.StackInuse, uint64(512<<20))
		})
	}
}

// FuzzRead looks for texts that end the process: configurations are written by strangers.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"import a, { b as c } from './a.config'; export default defineConfig(async ({ mode }) => { if (mode) c.a ||= `x${mode}`; else c?.['b']?.(); return { ...a, [b]: c, get d() { return 1 } } })",
		"for (const k of r) { e[k] = 1 } switch (a) { case 1: return; default: b } try { x } catch { y } class A extends B { static #x = 1; m() {} } module.exports = { a: b ? c : [1,, ...n] }",
		"export * from 'w'; var { x: [y] = [], ...z } = w; exports.z = function* () { yield 1 }; export { y as default }; new URL('./x', import.meta.url).pathname",
	} {
		f.Add(seed)
	}

	f.Fuzz(func(_ *testing.T, text string) {
		for _, extension := range []string{".js", ".ts"} {
			read(map[string]string{"a.config" + extension: text}).At("a", "b").MayBe("x")
		}
	})
}

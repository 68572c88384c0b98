package logfields

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLevel_OfLinesAsLoggersWriteThem(t *testing.T) {
	t.Parallel()

	for line, level := range map[string]string{
		// JSON: pino, slog, zap, winston, structlog, Google Cloud, Elastic, Monolog.
		`{"level":10,"msg":"x"}`:                              Trace,
		`{"level":30,"time":1,"msg":"x"}`:                     Info,
		`{"level":35,"msg":"x"}`:                              Info,
		`{"level":60,"msg":"x"}`:                              Fatal,
		`{"level":"50","msg":"x"}`:                            Error,
		`{"level":3,"msg":"of syslog"}`:                       "",
		`{"time":"x","level":"WARN","msg":"x"}`:               Warn,
		`{"level":"INFO+2","msg":"x"}`:                        Info,
		`{"level":"DEBUG-4","msg":"x"}`:                       Debug,
		`{"severity":"NOTICE","message":"x"}`:                 Info,
		`{"severity":"CRITICAL"}`:                             Fatal,
		`{"lvl":"eror","msg":"x"}`:                            Error,
		`{"log.level":"error"}`:                               Error,
		`{"log":{"level":"warning"}}`:                         Warn,
		`{"level":200,"level_name":"INFO"}`:                   Info,
		`{"level":null,"severity":"error"}`:                   Error,
		`{"level":{"a":1}}`:                                   "",
		`{"msg":"error"}`:                                     "",
		`  {"level":"error"}  `:                               Error,
		`{"level":"error"} and more`:                          "",
		`{"level":"error"`:                                    "",
		`["error"]`:                                           "",
		`time=1 level=info msg="level=error"`:                 Info,
		`level="warn" msg=x`:                                  Warn,
		`ts=1 lvl=dbug`:                                       Debug,
		`msg=x sublevel=error`:                                "",
		`at=info method=GET`:                                  "",
		"ERROR something":                                     Error,
		"error: something":                                    Error,
		"Error: connect ECONNREFUSED":                         Error,
		"TypeError: x is not a function":                      "",
		"[warn] x":                                            Warn,
		"[2026-11-29T10:00:00Z] [ERROR] x":                    Error,
		"2026-11-29 10:00:00,123 - app - INFO x":              "",
		"2026-11-29 10:00:00,123 INFO app: x":                 Info,
		"2026/11/29 10:00:00 [error] 12#0: x":                 Error,
		"2026-11-29T10:00:00Z  WARN x":                        Warn,
		"10:00:00.000 DBG x":                                  Debug,
		"[10:00:00.000] INFO (12): x":                         Info,
		"E, [2026-11-29T10:00:00 #12] ERROR -- : x":           Error,
		"[2026-11-29 10:00:00] production.ERROR: x {}":        Error,
		"[29-Nov-2026 10:00:00 UTC] PHP Warning:  x in y":     Warn,
		"INFO:     Started server process [1]":                Info,
		"PHP Fatal error:  Uncaught x":                        Fatal,
		"ERROR:root:x":                                        Error,
		"npm ERR! code 1":                                     Error,
		"npm warn deprecated":                                 "",
		"warn  - x":                                           Warn,
		"FATAL | x":                                           Fatal,
		"<info> x":                                            Info,
		"panic: runtime error":                                Fatal,
		"An ERROR that a sentence tells of":                   "",
		"no error at all":                                     "",
		"info about something":                                "",
		"GET /error 200":                                      "",
		"127.0.0.1 - - [29/Nov/2026:10:00:00] \"GET /ERROR\"": "",
		"1.5 ERRORS found":                                    "",
		"":                                                    "",
		"   ":                                                 "",
		"[":                                                   "",
	} {
		require.Equal(t, level, Level(line), "%s", line)
		require.Equal(t, level, Read(line).Level, "%s", line)
	}
}

func TestRead_OfAnObject_HasItsFieldsAndItsMessage(t *testing.T) {
	t.Parallel()

	facts := Read(`{"level":"info","msg":"<b>hello</b>","id":12345678901234567890,"user":{"name":"a"},"tags":["x",1,true,null]}`)
	require.Equal(t, Facts{Level: Info, Message: "<b>hello</b>", Fields: map[string]any{
		"level": "info", "msg": "<b>hello</b>", "id": json.Number("12345678901234567890"), "user": map[string]any{"name": "a"},
		"tags": []any{"x", json.Number("1"), true, nil},
	}}, facts)

	written := Read(`{"msg":"\u001b[31mred\u001b[0m\u0000","stack":"Error\n\u001b]0;title\u0007  at x"}`)
	require.Equal(t, "red␀", written.Message)
	require.Equal(t, map[string]any{"msg": "red␀", "stack": "Error\n  at x"}, written.Fields)

	require.Equal(t, Facts{Fields: map[string]any{}}, Read("{}"))
	require.Equal(t, Facts{}, Read("text"))
	require.Equal(t, Facts{}, Read(`{"a":1}{"b":2}`))
}

func TestRead_OfAnObject_IsBoundedInDepthAndSize(t *testing.T) {
	t.Parallel()

	deep := Read(strings.Repeat(`{"a":`, 1000) + "1" + strings.Repeat("}", 1000))
	require.True(t, deep.IsCut)
	require.Equal(t, map[string]any{"a": map[string]any{"a": map[string]any{"a": map[string]any{"a": "…"}}}}, deep.Fields)

	many := make([]string, 0, 1000)
	for i := range 1000 {
		many = append(many, fmt.Sprintf(`"k%03d":[1]`, i))
	}

	wide := Read("{" + strings.Join(many, ",") + "}")
	require.True(t, wide.IsCut)
	require.Len(t, wide.Fields, maxValues/2)
	require.Contains(t, wide.Fields, "k049")

	long := Read(`{"text":"` + strings.Repeat("é", 5000) + `"}`)
	require.True(t, long.IsCut)
	require.Equal(t, strings.Repeat("é", maxText/2)+"…", long.Fields["text"])
}

func BenchmarkLevel(b *testing.B) {
	for name, line := range map[string]string{
		"text":   "2026-11-29T10:00:00Z GET /api/users 200 12 ms",
		"object": `{"level":30,"time":1795957084391,"pid":1,"hostname":"app","req":{"method":"GET","url":"/api/users"},"responseTime":12,"msg":"request completed"}`,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Level(line)
			}
		})
	}
}

package logfields

import (
	"encoding/json"
	"strings"
)

// words are the names that loggers give to levels, in lower case.
var words = map[string]string{
	"trace": Trace, "trc": Trace, "verbose": Trace, "silly": Trace,
	"debug": Debug, "dbg": Debug, "dbug": Debug,
	"info": Info, "inf": Info, "information": Info, "notice": Info, "log": Info,
	"warn": Warn, "wrn": Warn, "warning": Warn,
	"error": Error, "err": Error, "eror": Error, "severe": Error,
	"fatal": Fatal, "ftl": Fatal, "critical": Fatal, "crit": Fatal, "panic": Fatal, "alert": Fatal, "emerg": Fatal, "emergency": Fatal,
}

// levelOfWord knows the word of a level, also with a number behind it as slog writes levels in between: WARN+2.
func levelOfWord(word string) string {
	if i := strings.LastIndexAny(word, "+-"); i > 0 && strings.Trim(word[i+1:], "0123456789") == "" {
		word = word[:i]
	}

	return words[strings.ToLower(strings.TrimRight(word, "!"))]
}

// The levels of pino and bunyan are numbers, of which each level has those up to the next.
const (
	pinoTrace  = 10
	pinoDebug  = 20
	pinoInfo   = 30
	pinoWarn   = 40
	pinoError  = 50
	pinoFatal  = 60
	pinoBeyond = 70
)

func levelOfNumber(number json.Number) string {
	value, err := number.Int64()

	switch {
	case err != nil || value < pinoTrace || value >= pinoBeyond:
		return ""
	case value < pinoDebug:
		return Trace
	case value < pinoInfo:
		return Debug
	case value < pinoWarn:
		return Info
	case value < pinoError:
		return Warn
	case value < pinoFatal:
		return Error
	default:
		return Fatal
	}
}

// levelOfObject looks at the fields in which loggers have the level: {"level":…}, and {"log":{"level":…}} of the Elastic Common Schema.
func levelOfObject(object map[string]any) string {
	for _, name := range []string{"level", "severity", "lvl", "log.level", "levelname", "level_name", "loglevel", "@l"} {
		if level := levelOfValue(object[name]); level != "" {
			return level
		}
	}

	if nested, ok := object["log"].(map[string]any); ok {
		return levelOfValue(nested["level"])
	}

	return ""
}

func levelOfValue(value any) string {
	switch value := value.(type) {
	case string:
		if level := levelOfWord(value); level != "" {
			return level
		}

		return levelOfNumber(json.Number(value))
	case json.Number:
		return levelOfNumber(value)
	default:
		return ""
	}
}

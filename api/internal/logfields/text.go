package logfields

import "strings"

const (
	// headLength is how much of a line is looked at for its level, which stands at its beginning.
	headLength = 160
	// headWords is behind how many words a level is not looked for: times, names of processes and the like stand in front.
	headWords = 6
)

// levelOfText looks for level=… as logfmt writes it, and for the level at the beginning of a line, behind a time.
func levelOfText(line string) string {
	if level := levelOfPairs(line); level != "" {
		return level
	}

	rest := line[:min(len(line), headLength)]

	for range headWords {
		rest = strings.TrimLeft(rest, " \t")

		word, behind, _ := strings.Cut(rest, " ")
		if word == "" {
			return ""
		}

		if level := levelOfHeadWord(word, behind); level != "" {
			return level
		}

		if !standsInFront(word) {
			return ""
		}

		rest = behind
	}

	return ""
}

// levelOfPairs finds the value of level in key=value pairs.
func levelOfPairs(line string) string {
	for _, key := range []string{"level=", "lvl=", "severity=", "loglevel="} {
		for from := 0; ; {
			at := strings.Index(line[from:], key)
			if at < 0 {
				break
			}

			at += from
			from = at + len(key)

			if at > 0 && line[at-1] != ' ' && line[at-1] != '\t' {
				continue
			}

			value := strings.TrimLeft(line[from:], `"`)
			if end := strings.IndexAny(value, " \t\","); end >= 0 {
				value = value[:end]
			}

			if level := levelOfValue(value); level != "" {
				return level
			}
		}
	}

	return ""
}

// levelOfHeadWord knows ERROR, [error], error:, (warn), <info>, production.ERROR: and ERROR:name:text. In lower case and without a mark it is
// a word of a sentence.
func levelOfHeadWord(word, behind string) string {
	bare := strings.TrimLeft(word, "[(<|")
	isMarked := bare != word

	if end := strings.IndexAny(bare, "])>:|,["); end >= 0 {
		bare, isMarked = bare[:end], true
	}

	bare = bare[strings.LastIndexByte(bare, '.')+1:]
	if bare == "" {
		return ""
	}

	if next := strings.TrimLeft(behind, " \t"); strings.HasPrefix(next, "- ") || strings.HasPrefix(next, "| ") || strings.HasPrefix(next, "error:") {
		isMarked = true
	}

	if !isMarked && bare != strings.ToUpper(bare) {
		return ""
	}

	return levelOfWord(bare)
}

// standsInFront tells whether loggers write the word in front of the level: a time, a number, a name in brackets, a mark, or a single letter.
// A sentence begins otherwise.
func standsInFront(word string) bool {
	switch {
	case strings.ContainsAny(word, "0123456789") && !strings.ContainsAny(word, "/=") || strings.ContainsAny(word[:1], "0123456789"):
		return true
	case strings.ContainsAny(word[:1], "[(<|-#"):
		return true
	}

	switch strings.ToUpper(strings.Trim(word, "[]()")) {
	case "PHP", "NPM", "UTC", "GMT", "AM", "PM":
		return true
	}

	return len(strings.TrimRight(word, ",")) == 1
}

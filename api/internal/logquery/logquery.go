// Package logquery is the language in which people search logs.
//
//	timeout upstream        lines with both words, whether in upper or in lower case
//	"connection refused"    these words as they stand, whether in upper or in lower case
//	-healthz -"GET /"       none of these
//	/status=5\d\d/          a regular expression (RE2); /…/i minds no case
//
// All parts of a query have to hold. What a terminal would not show of a line, its colours, is no part of it.
package logquery

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// Query is what is looked for. Its zero value finds every line.
type Query struct{ parts []part }

type part struct {
	// unwanted: lines that have it are not found.
	unwanted bool
	// text is in lower case. It counts where there is no pattern.
	text    []byte
	pattern *regexp.Regexp
	// instructions is how many the compiled pattern has.
	instructions int
}

// maxInstructions bounds the compiled patterns of a query together: each byte of a line may cost as many steps.
const maxInstructions = 1_000

// Parse reads a query. Its error is a sentence for the person who wrote it.
func Parse(text string) (Query, error) {
	var (
		query        Query
		instructions int
	)

	for {
		if text = strings.TrimLeft(text, " \t"); text == "" {
			return query, nil
		}

		read, rest, err := parsePart(text)
		if err != nil {
			return Query{}, err
		}

		if instructions += read.instructions; instructions > maxInstructions {
			return Query{}, errors.New("the regular expressions take too long to look for together: leave some of them out, or lower their counts of repetitions")
		}

		if len(read.text) > 0 || read.pattern != nil {
			query.parts = append(query.parts, read)
		}

		text = rest
	}
}

// parsePart reads the part that the text begins with, and returns what is behind it.
func parsePart(text string) (read part, rest string, err error) {
	if next := strings.TrimPrefix(text, "-"); next != text && next != "" && next[0] != ' ' && next[0] != '\t' {
		read.unwanted, text = true, next
	}

	if pattern, anyCase, rest, ok := cutPattern(text); ok {
		read.pattern, read.instructions, err = compile(pattern, anyCase)

		return read, rest, err
	}

	cut := cutWord
	if text[0] == '"' {
		cut = cutPhrase
	}

	wanted, rest := cut(text)
	read.text = []byte(strings.ToLower(wanted))

	return read, rest, nil
}

func cutWord(text string) (word, rest string) {
	if end := strings.IndexAny(text, " \t"); end >= 0 {
		return text[:end], text[end:]
	}

	return text, ""
}

// cutPhrase reads from a quote to the next one; \" stands for a quote. A phrase that does not end is still being typed, and is all that there is.
func cutPhrase(text string) (phrase, rest string) {
	var out strings.Builder

	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '"':
			return out.String(), text[i+1:]
		case strings.HasPrefix(text[i:], `\"`):
			i++
		}

		out.WriteByte(text[i])
	}

	return out.String(), ""
}

// cutPattern reads /pattern/ or /pattern/i with a space or nothing behind it. Anything else that begins with a slash is a word, as paths are.
func cutPattern(text string) (pattern string, anyCase bool, rest string, ok bool) {
	if text[0] != '/' {
		return "", false, "", false
	}

	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] == '/' && i > 1:
			rest, anyCase = strings.CutPrefix(text[i+1:], "i")
			if rest == "" || rest[0] == ' ' || rest[0] == '\t' {
				return strings.ReplaceAll(text[1:i], `\/`, "/"), anyCase, rest, true
			}
		}
	}

	return "", false, "", false
}

func compile(pattern string, anyCase bool) (compiled *regexp.Regexp, instructions int, err error) {
	flags := syntax.Perl
	if anyCase {
		flags |= syntax.FoldCase
	}

	parsed, err := syntax.Parse(pattern, flags)
	if err != nil {
		return nil, 0, fmt.Errorf("/%s/ is no regular expression (RE2): %w. Put the text in double quotes to look for it as it is", pattern, err)
	}

	program, err := syntax.Compile(parsed.Simplify())
	if err != nil || len(program.Inst) > maxInstructions {
		return nil, 0, fmt.Errorf("/%s/ takes too long to look for: shorten it, or lower its counts of repetitions", pattern)
	}

	compiled, err = regexp.Compile(parsed.String())

	return compiled, len(program.Inst), err
}

// IsEmpty tells whether the query finds every line.
func (q Query) IsEmpty() bool { return len(q.parts) == 0 }

// usualLength is the length of lines for which lower case is made without asking for memory.
const usualLength = 512

// Matches tells whether the query finds the line, of which it takes what a reader sees.
func (q Query) Matches(plain string) bool {
	var (
		usual  [usualLength]byte
		folded []byte
	)

	for _, part := range q.parts {
		var found bool

		if part.pattern != nil {
			found = part.pattern.MatchString(plain)
		} else {
			if folded == nil {
				folded = appendLower(usual[:0], plain)
			}

			found = bytes.Contains(folded, part.text)
		}

		if found == part.unwanted {
			return false
		}
	}

	return true
}

// appendLower appends the text in lower case.
func appendLower(to []byte, text string) []byte {
	for i := range len(text) {
		b := text[i]
		if b >= utf8.RuneSelf {
			return append(to[:0], strings.ToLower(text)...)
		}

		if b >= 'A' && b <= 'Z' {
			b += 'a' - 'A'
		}

		to = append(to, b)
	}

	return to
}

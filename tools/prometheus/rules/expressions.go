package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

// expression is one query, with the place that it stands at.
type expression struct {
	place, query string
	// said are the labels that the words of an alert name.
	said []string
}

var labelInWords = regexp.MustCompile(`\$labels\.(\w+)`)

func newParser() parser.Parser { return parser.NewParser(parser.Options{}) }

func expressionsOf(file string) ([]expression, error) {
	if filepath.Ext(file) == ".json" {
		return dashboardExpressions(file)
	}

	groups, err := readRules(file)
	if err != nil {
		return nil, err
	}

	var found []expression

	for _, group := range groups.Groups {
		for _, rule := range group.Rules {
			one := expression{place: rule.Alert, query: rule.Expr}

			for _, words := range rule.Annotations {
				for _, match := range labelInWords.FindAllStringSubmatch(words, -1) {
					one.said = append(one.said, match[1])
				}
			}

			found = append(found, one)
		}
	}

	return found, nil
}

func readRules(file string) (*rulefmt.RuleGroups, error) {
	groups, errs := rulefmt.ParseFile(file, false, model.UTF8Validation, newParser(), slog.New(slog.DiscardHandler))
	if len(errs) > 0 {
		return nil, fmt.Errorf("%s: %w", file, errs[0])
	}

	return groups, nil
}

// panel is the part of a panel of a dashboard that has queries.
type panel struct {
	Title   string  `json:"title"`
	Panels  []panel `json:"panels"`
	Targets []struct {
		Expr string `json:"expr"`
	} `json:"targets"`
}

func dashboardExpressions(file string) ([]expression, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the dashboard: %w", err)
	}

	var dashboard struct {
		Panels     []panel `json:"panels"`
		Templating struct {
			List []struct {
				Name       string `json:"name"`
				Definition string `json:"definition"`
			} `json:"list"`
		} `json:"templating"`
	}

	if err := json.Unmarshal(content, &dashboard); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}

	found := panelExpressions(dashboard.Panels)

	for _, variable := range dashboard.Templating.List {
		// label_values(metric, label) is Grafana's, and asks for what the metric has of the label.
		inner, isValues := strings.CutPrefix(strings.TrimSuffix(variable.Definition, ")"), "label_values(")
		metric, label, hasLabel := strings.Cut(inner, ",")

		if isValues && hasLabel {
			found = append(found, expression{place: "$" + variable.Name, query: fmt.Sprintf("count by (%s) (%s)", strings.TrimSpace(label), metric)})
		}
	}

	return found, nil
}

func panelExpressions(panels []panel) []expression {
	var found []expression

	for _, p := range panels {
		for _, target := range p.Targets {
			// Grafana puts a time in the place of its own variables.
			query := strings.NewReplacer("$__rate_interval", "5m", "$__range", "1h").Replace(target.Expr)
			found = append(found, expression{place: p.Title, query: query})
		}

		found = append(found, panelExpressions(p.Panels)...)
	}

	return found
}

package main

import (
	"fmt"
	"slices"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// use is a metric in an expression, with all labels that the expression counts on: of matchers, and of what groups and joins.
type use struct {
	Place  string   `json:"place"`
	Metric string   `json:"metric"`
	Labels []string `json:"labels"`
	// Said are the labels that the words of the alert name.
	Said []string `json:"said"`
}

func usesOf(files []string) ([]use, error) {
	var found []use

	for _, file := range files {
		expressions, err := expressionsOf(file)
		if err != nil {
			return nil, err
		}

		for _, one := range expressions {
			parsed, err := newParser().ParseExpr(one.query)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", file, one.place, err)
			}

			for _, u := range walk(parsed, nil) {
				u.Place, u.Said = one.place, one.said
				found = append(found, u)
			}
		}
	}

	return found, nil
}

// walk collects the metrics below a node, which have to have the labels that are counted on above it.
func walk(node parser.Node, above []string) []use {
	switch n := node.(type) {
	case *parser.VectorSelector:
		return []use{selectorUse(n, above)}
	case *parser.AggregateExpr:
		above = append(slices.Clone(above), n.Grouping...)
	case *parser.BinaryExpr:
		if n.VectorMatching != nil {
			above = append(slices.Clone(above), n.VectorMatching.MatchingLabels...)
		}
	}

	var found []use

	for child := range parser.ChildrenIter(node) {
		found = append(found, walk(child, above)...)
	}

	return found
}

func selectorUse(selector *parser.VectorSelector, above []string) use {
	u := use{Metric: selector.Name, Labels: slices.Clone(above)}

	for _, matcher := range selector.LabelMatchers {
		switch {
		case matcher.Name != labels.MetricName:
			u.Labels = append(u.Labels, matcher.Name)
		case u.Metric == "":
			u.Metric = matcher.Value
		}
	}

	return u
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"go.yaml.in/yaml/v3"
)

// tests is a file of tests, with the names that promtool has for what stands in it.
type tests struct {
	EvaluationInterval model.Duration `yaml:"evaluation_interval"`
	Tests              []struct {
		Name     string         `yaml:"name"`
		Interval model.Duration `yaml:"interval"`
		Series   []struct {
			Series string `yaml:"series"`
			Values string `yaml:"values"`
		} `yaml:"input_series"`
		Alerts []alertTest `yaml:"alert_rule_test"`
	} `yaml:"tests"`
}

// alertTest says for which labels an alert fires at a time, the alert's own labels not included.
type alertTest struct {
	At       model.Duration `yaml:"eval_time"`
	Alert    string         `yaml:"alertname"`
	Expected []struct {
		Labels map[string]string `yaml:"exp_labels"`
	} `yaml:"exp_alerts"`
}

// test runs the tests, and fails as well where an alert is tested by none that has it fire.
func test(ctx context.Context, rulesFile, testsFile string) error {
	groups, err := readRules(rulesFile)
	if err != nil {
		return err
	}

	content, err := os.ReadFile(testsFile)
	if err != nil {
		return fmt.Errorf("read the tests: %w", err)
	}

	var all tests
	if err := yaml.Unmarshal(content, &all); err != nil {
		return fmt.Errorf("%s: %w", testsFile, err)
	}

	rules := map[string]rulefmt.Rule{}
	for _, group := range groups.Groups {
		for _, rule := range group.Rules {
			rules[rule.Alert] = rule
		}
	}

	failures, fired := []error{}, map[string]bool{}

	for _, one := range all.Tests {
		series := &memory{}
		for _, s := range one.Series {
			if err := series.add(s.Series, s.Values, time.Duration(one.Interval)); err != nil {
				return fmt.Errorf("%s: %w", one.Name, err)
			}
		}

		for _, expected := range one.Alerts {
			rule, known := rules[expected.Alert]
			if !known {
				return fmt.Errorf("%s: there is no alert %s", one.Name, expected.Alert)
			}

			if err := expected.check(ctx, rule, series, time.Duration(all.EvaluationInterval)); err != nil {
				failures = append(failures, fmt.Errorf("%s: %w", one.Name, err))
			}

			fired[expected.Alert] = fired[expected.Alert] || len(expected.Expected) > 0
		}
	}

	for name := range rules {
		if !fired[name] {
			failures = append(failures, fmt.Errorf("%s: no test has it fire", name))
		}
	}

	return errors.Join(failures...)
}

func (a alertTest) check(ctx context.Context, rule rulefmt.Rule, series *memory, every time.Duration) error {
	firing, err := firingAt(ctx, rule, series, time.Duration(a.At), every)
	if err != nil {
		return fmt.Errorf("%s: %w", a.Alert, err)
	}

	var expected []string
	for _, one := range a.Expected {
		expected = append(expected, labels.FromMap(one.Labels).String())
	}

	slices.Sort(expected)

	if !slices.Equal(expected, firing) {
		return fmt.Errorf("%s at %s fires for %v, and not for %v", a.Alert, a.At, firing, expected)
	}

	return nil
}

// firingAt evaluates the rule at every interval up to a time, as Prometheus does, and returns the labels for which it has held for long enough.
func firingAt(ctx context.Context, rule rulefmt.Rule, series *memory, at, every time.Duration) ([]string, error) {
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 1e6, Timeout: time.Minute, Parser: newParser()})
	since := map[string]time.Duration{}

	for now := time.Duration(0); now <= at; now += every {
		query, err := engine.NewInstantQuery(ctx, series, nil, rule.Expr, time.UnixMilli(now.Milliseconds()))
		if err != nil {
			return nil, fmt.Errorf("make the query: %w", err)
		}

		result, err := query.Exec(ctx).Vector()
		if err != nil {
			return nil, fmt.Errorf("ask: %w", err)
		}

		holding := map[string]time.Duration{}

		for _, one := range result {
			name := labels.NewBuilder(one.Metric).Del(labels.MetricName).Labels().String()
			holding[name] = now

			if before, held := since[name]; held {
				holding[name] = before
			}
		}

		query.Close()

		since = holding
	}

	var firing []string

	for name, begun := range since {
		if at-begun >= time.Duration(rule.For) {
			firing = append(firing, name)
		}
	}

	slices.Sort(firing)

	return firing, nil
}

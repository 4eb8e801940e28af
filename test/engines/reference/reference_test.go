// Package reference asks the engine of Prometheus itself. Build it with `go test -c`: what runs scripts wants to be a test.
package reference

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/util/teststorage"
)

// Request is a load of series, which replaces those before, or a query.
type Request struct {
	Load  string `json:"load"`
	Query string `json:"query"`
	// In milliseconds; a step of 0 asks for one instant.
	StartMs int64 `json:"startMs"`
	EndMs   int64 `json:"endMs"`
	StepMs  int64 `json:"stepMs"`
}

type Answer struct {
	Error    string   `json:"error,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
	Infos    []string `json:"infos,omitempty"`
	Type     string   `json:"type,omitempty"`
	Text     string   `json:"text,omitempty"`
	Series   []Series `json:"series,omitempty"`
}

type Series struct {
	Labels     map[string]string `json:"labels"`
	Floats     []Float           `json:"floats,omitempty"`
	Histograms []Histogram       `json:"histograms,omitempty"`
}

// Float has its value as text, since JSON knows no NaN.
type Float struct {
	TimeMs int64  `json:"timeMs"`
	Value  string `json:"value"`
}

type Histogram struct {
	TimeMs        int64            `json:"timeMs"`
	Schema        int32            `json:"schema"`
	Hint          uint8            `json:"hint"`
	Count         string           `json:"count"`
	Sum           string           `json:"sum"`
	ZeroCount     string           `json:"zeroCount"`
	ZeroThreshold string           `json:"zeroThreshold"`
	CustomBounds  []string         `json:"customBounds"`
	Positive      map[int32]string `json:"positive"`
	Negative      map[int32]string `json:"negative"`
}

// loading is a test that lasts from one load to the next.
type loading struct {
	testing.TB
	failure  string
	cleanups []func()
}

type stop struct{}

func (*loading) Helper()                        {}
func (*loading) Name() string                   { return "load" }
func (l *loading) Cleanup(cleanup func())       { l.cleanups = append(l.cleanups, cleanup) }
func (l *loading) Errorf(text string, a ...any) { l.failure += fmt.Sprintf(text, a...) }
func (*loading) FailNow()                       { panic(stop{}) }

func (l *loading) cleanUp() {
	for i := len(l.cleanups) - 1; i >= 0; i-- {
		l.cleanups[i]()
	}
	l.cleanups = nil
}

// keptOpen is a storage that outlives the script that fills it.
type keptOpen struct{ storage.Storage }

func (keptOpen) Close() error { return nil }

// newStorage keeps start timestamps.
func newStorage(t testing.TB) storage.Storage {
	return teststorage.New(t, func(options *tsdb.Options) {
		options.EnableSTStorage = true
		options.FloatChunkEncoding = chunkenc.EncXOR2
		options.EnableHistogramSTEncoding = true
	})
}

func (l *loading) load(series string, engine *promql.Engine) (made storage.Storage, failure string) {
	l.cleanUp()
	l.failure = ""
	defer func() {
		if thrown := recover(); thrown != nil {
			if _, ok := thrown.(stop); !ok {
				panic(thrown)
			}
			failure = l.failure
		}
	}()
	promqltest.RunTestWithStorage(l, series, engine, func(t testing.TB) storage.Storage {
		made = keptOpen{newStorage(t)}
		return made
	})
	return made, l.failure
}

// TestScripts runs the scripts whose paths are in REFERENCE_SCRIPTS, apart by spaces.
func TestScripts(t *testing.T) {
	for _, path := range strings.Fields(os.Getenv("REFERENCE_SCRIPTS")) {
		t.Run(path, func(t *testing.T) {
			script, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			engine := promqltest.NewTestEngine(t, false, 0, promqltest.DefaultMaxSamplesPerQuery)
			promqltest.RunTestWithStorage(t, string(script), engine, newStorage)
		})
	}
}

// TestQueries answers requests, one a line on standard input, each with a line on standard output, both JSON. Its engine
// has the settings of Prometheus' own scripts, and room for longer results.
func TestQueries(t *testing.T) {
	engine := promqltest.NewTestEngine(t, false, 0, 10_000_000)
	loaded := &loading{TB: t}
	defer loaded.cleanUp()
	var loadedStorage storage.Storage
	lines := bufio.NewReader(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var request Request
		var answer Answer
		if err := json.Unmarshal(line, &request); err != nil {
			t.Fatal(err)
		}
		if request.Query == "" {
			loadedStorage, answer.Error = loaded.load(request.Load, engine)
		} else {
			answer = evaluate(engine, loadedStorage, request)
		}
		if err := answers.Encode(answer); err != nil {
			t.Fatal(err)
		}
	}
}

func evaluate(engine *promql.Engine, series storage.Queryable, request Request) Answer {
	ctx := context.Background()
	start, end := time.UnixMilli(request.StartMs), time.UnixMilli(request.EndMs)
	var query promql.Query
	var err error
	if request.StepMs == 0 {
		query, err = engine.NewInstantQuery(ctx, series, nil, request.Query, start)
	} else {
		query, err = engine.NewRangeQuery(ctx, series, nil, request.Query, start, end, time.Duration(request.StepMs)*time.Millisecond)
	}
	if err != nil {
		return Answer{Error: err.Error()}
	}
	defer query.Close()
	result := query.Exec(ctx)
	if result.Err != nil {
		return Answer{Error: result.Err.Error()}
	}
	warnings, infos := result.Warnings.AsStrings(request.Query, 0, 0)
	answer := Answer{Warnings: warnings, Infos: infos, Type: string(result.Value.Type())}
	switch value := result.Value.(type) {
	case promql.String:
		answer.Text = value.V
	case promql.Scalar:
		answer.Series = []Series{{Labels: map[string]string{}, Floats: []Float{{value.T, text(value.V)}}}}
	case promql.Vector:
		for _, sample := range value {
			series := Series{Labels: sample.Metric.Map()}
			if sample.H == nil {
				series.Floats = []Float{{sample.T, text(sample.F)}}
			} else {
				series.Histograms = []Histogram{histogramOf(sample.T, sample.H)}
			}
			answer.Series = append(answer.Series, series)
		}
	case promql.Matrix:
		for _, found := range value {
			series := Series{Labels: found.Metric.Map()}
			for _, point := range found.Floats {
				series.Floats = append(series.Floats, Float{point.T, text(point.F)})
			}
			for _, point := range found.Histograms {
				series.Histograms = append(series.Histograms, histogramOf(point.T, point.H))
			}
			answer.Series = append(answer.Series, series)
		}
	}
	return answer
}

func histogramOf(timeMs int64, h *histogram.FloatHistogram) Histogram {
	made := Histogram{
		TimeMs: timeMs, Schema: h.Schema, Hint: uint8(h.CounterResetHint),
		Count: text(h.Count), Sum: text(h.Sum), ZeroCount: text(h.ZeroCount), ZeroThreshold: text(h.ZeroThreshold),
		Positive: buckets(h.PositiveBucketIterator()), Negative: map[int32]string{},
	}
	for _, bound := range h.CustomValues {
		made.CustomBounds = append(made.CustomBounds, text(bound))
	}
	if h.Schema != histogram.CustomBucketsSchema {
		made.Negative = buckets(h.NegativeBucketIterator())
	}
	return made
}

func buckets(each histogram.BucketIterator[float64]) map[int32]string {
	found := map[int32]string{}
	for each.Next() {
		if bucket := each.At(); bucket.Count != 0 {
			found[bucket.Index] = text(bucket.Count)
		}
	}
	return found
}

func text(value float64) string { return strconv.FormatFloat(value, 'g', -1, 64) }

package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/internal/value"
)

// roundTrip sends statements together and reads their results. Statements
// that the connection does not know yet are prepared on the way: as arguments
// travel as text, nothing has to be asked about them before. Errors of the
// caller's functions come back as they are, all others as *database.Error.
func (c *conn) roundTrip(ctx context.Context, statements []statement) (progress, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pipeline := c.pg.StartPipeline(ctx)
	names := c.send(pipeline, statements)
	if err := pipeline.Sync(); err != nil {
		return progress{unsent: pgconn.SafeToRetry(err)}, c.translate(ctx, err)
	}
	var done progress
	for i := range statements {
		if err := c.receive(ctx, pipeline, &statements[i], names[i], &done); err != nil {
			if c.streaming {
				cancel() // else all remaining rows would be read
			}
			_ = pipeline.Close()
			return done, err
		}
		done.statements++
	}
	if err := pipeline.Close(); err != nil {
		return done, c.translate(ctx, err)
	}
	return done, nil
}

// binary asks for all columns in the binary format.
var binary = []int16{1}

// send queues the statements. It returns the names of those that are prepared
// on the way, at their index.
func (c *conn) send(pipeline *pgconn.Pipeline, statements []statement) []string {
	names := make([]string, len(statements))
	for i := range statements {
		s := &statements[i]
		if description, ok := c.state.prepared[s.sql]; ok {
			pipeline.SendQueryStatement(description, s.args, s.formats, binary)
			continue
		}
		// One that stands here twice is simply prepared twice: the second
		// description replaces the first.
		if !c.state.prepares || c.state.names >= maxStatements {
			pipeline.SendQueryParams(s.sql, s.args, nil, s.formats, binary)
			continue
		}
		names[i] = statementName(c.state.names, s.sql)
		c.state.names++
		pipeline.SendPrepare(names[i], s.sql, nil)
		pipeline.SendQueryPrepared(names[i], s.args, s.formats, binary)
	}
	return names
}

// receive reads the answer to one statement.
func (c *conn) receive(ctx context.Context, pipeline *pgconn.Pipeline, s *statement, name string, done *progress) error {
	fail := func(err error) error {
		done.answered = c.isAnswer(err)
		c.useless = c.useless || isStale(err) || c.changing && isReadOnly(err, s)
		if s.sql == sqlBegin && isReadOnly(err, s) {
			return &database.Error{Kind: database.Unavailable, Reason: standbyReason, Err: err}
		}
		return c.translate(ctx, err)
	}
	if name != "" {
		result, err := pipeline.GetResults()
		if err != nil {
			return fail(err)
		}
		description, ok := result.(*pgconn.StatementDescription)
		if !ok {
			return fail(fmt.Errorf("unexpected result %T of a statement's preparation", result))
		}
		c.state.keep(s.sql, name, description)
	}
	result, err := pipeline.GetResults()
	if err != nil {
		return fail(err)
	}
	reader, ok := result.(*pgconn.ResultReader)
	if !ok {
		return fail(fmt.Errorf("unexpected result %T of a statement", result))
	}
	if s.row != nil {
		scan := c.scanner(reader)
		for reader.NextRow() {
			done.called = true
			if err := callRow(s.row, scan); err != nil {
				done.answered = true
				return err
			}
		}
	}
	tag, err := reader.Close()
	if err != nil {
		return fail(err)
	}
	if s.sql == sqlCommit && tag.String() != "COMMIT" {
		done.answered = true
		return &database.Error{Kind: database.Internal, Reason: "the database rolled the transaction back instead of committing it"}
	}
	if s.affected != nil {
		done.called = true
		if err := callAffected(s.affected, tag); err != nil {
			done.answered = true
			return err
		}
	}
	return nil
}

func callRow(row func(func(...any) error) error, scan func(...any) error) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = value.Panic(fault)
		}
	}()
	return row(scan)
}

func callAffected(affected func(int64) error, tag pgconn.CommandTag) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = value.Panic(fault)
		}
	}()
	return affected(tag.RowsAffected())
}

// scanner returns the scan function for the rows of a result.
func (c *conn) scanner(reader *pgconn.ResultReader) func(dest ...any) error {
	types := c.pooled.Conn().TypeMap()
	return func(dest ...any) error {
		fields, values := reader.FieldDescriptions(), reader.Values()
		if len(dest) != len(values) {
			return wrongScan(fmt.Errorf("the query has %d columns, its Row function scans %d", len(values), len(dest)))
		}
		for i := range dest {
			err := types.Scan(fields[i].DataTypeOID, fields[i].Format, values[i], dest[i])
			if err != nil && !scanInfinite(types, fields[i], values[i], dest[i]) {
				return wrongScan(fmt.Errorf("column %d (%s): %w", i+1, fields[i].Name, err))
			}
			switch d := dest[i].(type) {
			case *time.Time:
				*d = withinYears(*d)
			case **time.Time:
				if *d != nil {
					**d = withinYears(**d)
				}
			}
		}
		return nil
	}
}

func wrongScan(err error) error { return &database.Error{Kind: database.Internal, Err: err} }

// statement is a query ready to be sent.
type statement struct {
	sql      string
	args     [][]byte
	formats  []int16
	row      func(func(...any) error) error
	affected func(int64) error
}

// concat returns statements between a first and a last one, unless these are
// empty.
func concat(first string, statements []statement, last ...string) []statement {
	all := make([]statement, 0, len(statements)+2)
	if first != "" {
		all = append(all, statement{sql: first})
	}
	all = append(all, statements...)
	for _, sql := range last {
		all = append(all, statement{sql: sql})
	}
	return all
}

// encode readies queries to be sent: arguments as text, which the server reads
// as the type that the statement needs, []byte alone as it is.
func encode(queries []database.Query) ([]statement, error) {
	statements := make([]statement, len(queries))
	for i, q := range queries {
		s := statement{sql: q.SQL, row: q.Row, affected: q.Affected}
		if len(q.Args) > 0 {
			s.args = make([][]byte, len(q.Args))
			s.formats = make([]int16, len(q.Args))
		}
		for j, arg := range q.Args {
			v, err := value.Arg(arg)
			if err != nil {
				return nil, err
			}
			if s.args[j], s.formats[j], err = encodeArg(v); err != nil {
				return nil, err
			}
		}
		statements[i] = s
	}
	return statements, nil
}

// timeLayout says UTC: a timestamp column ignores it, timestamptz needs it.
const timeLayout = "2006-01-02 15:04:05.999999Z"

func encodeArg(arg any) (encoded []byte, format int16, err error) {
	switch v := arg.(type) {
	case nil:
		return nil, 0, nil
	case string:
		return append([]byte{}, v...), 0, nil
	case bool:
		return fmt.Appendf(nil, "%t", v), 0, nil
	case int64:
		return fmt.Appendf(nil, "%d", v), 0, nil
	case []byte:
		return v, 1, nil
	case time.Time:
		return v.AppendFormat(nil, timeLayout), 0, nil
	}
	return nil, 0, wrongScan(fmt.Errorf("an argument has type %T", arg))
}

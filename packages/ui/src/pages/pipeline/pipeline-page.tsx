export function PipelinePage() {
  return (
    <div className="page">
      <h1>Pipeline</h1>
    </div>
  );
}

from datetime import timedelta

from airflow.sdk import dag, task


@dag(dag_id="shop", schedule=None)
def shop():
    @task
    def extract():
        return 3

    @task(retries=1, retry_delay=timedelta(seconds=0))
    def transform(rows, ti=None):
        if ti.try_number == 1:
            raise OSError("the source is slow")
        return rows

    @task
    def part(number): ...

    @task
    def load(rows):
        raise ValueError("a row without a key")

    @task
    def report(rows): ...

    part.expand(number=[1, 2])
    report(load(transform(extract())))


shop()

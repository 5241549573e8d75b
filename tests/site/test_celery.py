from celery import current_app

from lantern_site.celery import JOBS, QUEUES, ROUTES, app


def test_the_application_is_the_one_that_tasks_find() -> None:
    assert current_app.main == app.main == "lantern"


def test_every_job_of_the_clock_is_a_task() -> None:
    app.loader.import_default_modules()

    assert {job["task"] for job in JOBS.values()} <= set(app.tasks)


def test_every_queue_has_an_address_of_its_own() -> None:
    bound = {(queue.exchange.name, queue.routing_key) for queue in app.amqp.queues.values()}

    assert set(app.amqp.queues) == set(QUEUES)
    assert len(bound) == len(QUEUES)
    assert set(ROUTES.values()) <= set(QUEUES)


def test_work_goes_to_the_queue_of_its_name() -> None:
    def queue(task: str) -> str:
        return str(app.amqp.router.route({}, task)["queue"].name)

    assert queue("signals.run_chunk") == "jobs"
    assert queue("work.sweep") == "default"


def test_every_task_is_delivered_again_when_its_worker_dies_and_keeps_no_result() -> None:
    app.loader.import_default_modules()
    ours = [task for name, task in app.tasks.items() if not name.startswith("celery.")]

    assert ours
    assert all(task.acks_late and task.ignore_result for task in ours)

from celery import current_app
from kombu import Message

from lantern_site.celery import JOBS, QUEUES, ROUTES, app


def test_the_application_is_the_one_that_tasks_find() -> None:
    assert current_app.main == app.main == "lantern"


def test_every_job_of_the_clock_is_a_task() -> None:
    app.loader.import_default_modules()

    assert {job["task"] for job in JOBS.values()} <= set(app.tasks)


def test_every_queue_has_an_address_of_its_own() -> None:
    bound = {(queue.exchange.name, queue.routing_key) for queue in app.amqp.queues.values()}

    assert tuple(app.amqp.queues) == QUEUES
    assert len(bound) == len(QUEUES)
    assert set(ROUTES.values()) <= set(QUEUES)


def test_work_goes_to_the_queue_of_its_name() -> None:
    def queue(task: str) -> str:
        return str(app.amqp.router.route({}, task)["queue"].name)

    assert queue("reviews.tell_of_recall") == "recalls"
    assert queue("signals.run_chunk") == "jobs"
    assert queue("work.sweep") == "default"


def test_recalls_overtake_everything_and_jobs_take_what_is_left() -> None:
    taken: list[str] = []

    def take(_body: object, message: Message) -> None:
        taken.append(str(message.delivery_info["routing_key"]))
        message.ack()

    with app.connection_for_read() as connection:
        for queue in app.amqp.queues.values():
            queue(connection.default_channel).declare()
            queue(connection.default_channel).purge()
        for name in ("jobs", "jobs", "default", "recalls", "lookups", "recalls"):
            connection.Producer().publish({}, exchange=name, routing_key=name)
        consumer = app.amqp.TaskConsumer(connection.default_channel, callbacks=[take])
        consumer.qos(prefetch_count=1)
        with consumer:
            for _message in range(6):
                connection.drain_events(timeout=5)

    assert taken == ["recalls", "recalls", "lookups", "default", "jobs", "jobs"]


def test_every_task_is_delivered_again_when_its_worker_dies_and_keeps_no_result() -> None:
    app.loader.import_default_modules()
    ours = [task for name, task in app.tasks.items() if not name.startswith("celery.")]

    assert ours
    assert all(task.acks_late and task.ignore_result for task in ours)
